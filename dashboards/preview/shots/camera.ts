// One browser that takes pictures of dashboards.
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { gridHeight } from '../src/scene/layout';
import type { Dashboard } from '../src/scene/model';

const WIDTH = 1600;
/** Of a grid row with its gap, and of the head of the page; both in pixels. */
const ROW_HEIGHT = 38;
const HEAD_HEIGHT = 180;
const DRAWN_MS = 30_000;
/** Graphs size themselves once more after they are drawn. */
const SETTLE_MS = 400;

const FLAGS = [
  '--no-sandbox', // loopback only, and a container's root may not open one
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--hide-scrollbars',
];

export class Camera {
  private constructor(
    private readonly url: string,
    private readonly output: string,
    private readonly profile: string,
    private readonly browser: Browser,
  ) {}

  static async open(url: string, output: string, chromium: string): Promise<Camera> {
    await fs.mkdir(output, { recursive: true });
    const profile = await fs.mkdtemp(path.join(os.tmpdir(), 'preview-'));
    const browser = await puppeteer.launch({
      executablePath: await onPath(chromium),
      headless: true,
      userDataDir: profile,
      args: FLAGS,
    });
    return new Camera(url.replace(/\/$/, ''), output, profile, browser);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await fs.rm(this.profile, { recursive: true, force: true });
  }

  /** Every dashboard that the preview has. */
  async uids(): Promise<string[]> {
    const { dashboards } = (await this.json('/api/dashboards')) as { dashboards: Array<{ uid: string }> };
    return dashboards.map(({ uid }) => uid);
  }

  /** Takes a picture and says how long it took. */
  async take(uid: string, theme: string, query: string): Promise<string> {
    const begin = performance.now();
    const dashboard = (await this.json(`/api/dashboards/${uid}`)) as Dashboard;
    const page = await this.browser.newPage();
    try {
      await page.setViewport({ width: WIDTH, height: gridHeight(dashboard) * ROW_HEIGHT + HEAD_HEIGHT });
      const faults = watch(page);
      await page.goto(`${this.url}/d/${uid}?theme=${theme}${query && `&${query}`}`);
      await openRows(page);
      const drawn = await waitUntilDrawn(page);
      const file = path.join(this.output, `${uid}-${theme}`);
      // neither a whole page nor a clip: both measure the page anew, and panels come out blank
      await page.screenshot({ path: `${file}.png`, captureBeyondViewport: false });
      const report = await page.evaluate(() => JSON.parse(JSON.stringify(window.__preview)) as object);
      const seconds = (performance.now() - begin) / 1000;
      const whole = { uid, theme, seconds, drawn, ...report, blank: await blankPanels(page), faults };
      await fs.writeFile(`${file}.json`, `${JSON.stringify(whole, null, 1)}\n`);
      return `${file}.png ${seconds.toFixed(1)} s`;
    } finally {
      await page.close();
    }
  }

  private async json(address: string): Promise<unknown> {
    const response = await fetch(this.url + address);
    if (!response.ok) {
      throw new Error(`${this.url}${address} answers ${response.status}: ${await response.text()}`);
    }
    return response.json();
  }
}

/** Where a program is. */
async function onPath(program: string): Promise<string> {
  const folders = program.includes(path.sep) ? [''] : (process.env.PATH ?? '').split(path.delimiter);
  for (const file of folders.map((folder) => path.join(folder, program))) {
    if (
      await fs.access(file, fs.constants.X_OK).then(
        () => true,
        () => false,
      )
    ) {
      return file;
    }
  }
  throw new Error(`there is no program ${program}; install chromium, or name it with --chromium`);
}

/** Collects what the page complains of. */
function watch(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('response', (response) => response.status() >= 400 && faults.push(`${response.status()} ${response.url()}`));
  page.on('requestfailed', (request) => {
    // a query is given up when the panel learns its width and asks again
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') {
      faults.push(`${request.failure()?.errorText} ${request.url()}`);
    }
  });
  return faults;
}

/** Opens the closed rows, for what is in them is to be seen too. */
async function openRows(page: Page): Promise<void> {
  await page.waitForSelector('h1', { timeout: DRAWN_MS });
  await page.$$eval('[aria-label^="Expand row"]', (buttons) =>
    buttons.forEach((button) => (button as HTMLElement).click()),
  );
}

/** Whether every panel got to say what it shows. */
async function waitUntilDrawn(page: Page): Promise<boolean> {
  const isDrawn = () => {
    const panels = window.__preview?.panels ?? [];
    return panels.every((panel) => panel.shows !== 'nothing yet');
  };
  try {
    await page.waitForFunction(isDrawn, { timeout: DRAWN_MS, polling: 50 });
    await page.waitForNetworkIdle({ idleTime: SETTLE_MS, timeout: DRAWN_MS });
    return true;
  } catch {
    return false;
  }
}

/** Titles of panels in which nothing can be seen. */
function blankPanels(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isSeen = (element: Element) => {
      const { width, height } = element.getBoundingClientRect();
      const shows = element.matches('canvas, svg, td, [role="gridcell"]') || element.textContent?.trim() !== '';
      return shows && width > 1 && height > 1;
    };
    return [...document.querySelectorAll('section[data-testid*="Panel header"]')]
      .filter((panel) => {
        const content = panel.querySelector('[data-testid="data-testid panel content"]');
        return content === null || ![...content.querySelectorAll('*')].some(isSeen);
      })
      .map((panel) => panel.getAttribute('data-testid') ?? '');
  });
}
