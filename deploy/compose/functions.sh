# What scripts/up and scripts/down do with Docker. Nothing but a shell and Docker is needed.
# shellcheck shell=bash

# fail STATUS SENTENCE
fail() {
    echo "error: $2" >&2
    exit "$1"
}

# at_least VERSION MAJOR MINOR
at_least() {
    local major minor
    IFS=.- read -r major minor _ <<<"${1#v}"
    [ "$major" -gt "$2" ] || { [ "$major" -eq "$2" ] && [ "$minor" -ge "$3" ]; }
}

# Whether an engine answers, and it and compose know what docker-compose.yml uses: API 1.44 came with Docker 25
has_docker() {
    local compose engine
    compose=$(docker compose version --short 2>/dev/null) || return 1
    engine=$(timeout 10 docker version --format '{{.Server.APIVersion}}' 2>/dev/null) || return 1
    at_least "$compose" 2 24 && at_least "$engine" 1 44
}

# In .env compose replaces $NAME outside of single quotes, and so breaks passwords; ${NAME} is meant
refuse_dollars() {
    [ -f .env ] || return 0
    local found
    found=$(awk '
        { line = $0; sub(/[ \t]#.*/, "", line); sub(/^[ \t]*(export[ \t]+)?/, "", line) }
        line ~ /^[A-Za-z_][A-Za-z0-9_]*=/ {
            name = value = line; sub(/=.*/, "", name); sub(/^[^=]*=[ \t]*/, "", value)
            if (value !~ /^\047/ && value ~ /\$([^{]|$)/) { print NR, name; exit }
        }' .env)
    [ -z "$found" ] || fail 1 ".env:${found% *}: the value of ${found#* } holds a \$; put it between single quotes"
}

# The compose file with every variable in its place
resolved() {
    local answer faults
    faults=$(mktemp)
    # shellcheck disable=SC2064 # the name of now
    trap "rm -f '$faults'" EXIT
    answer=$(docker compose config 2>"$faults") || fail 1 "$(sed '$!d; s/^.* is missing a value: //; s/^.*nvalid hostPort: \(.*\)/a VIGIE_PORT_<NAME> is \1; expected a port number from 1 to 65535/' "$faults")"
    echo "$answer"
}

# SERVICE PORT of each port that is published, from `resolved`
published() {
    awk '
        /^[a-z]/ { inside = ($1 == "services:") }
        inside && /^  [a-z]/ { name = $1; sub(":", "", name) }
        inside && $1 == "published:" { gsub("\"", "", $2); ports[name] = $2; order[++count] = name }
        inside && $1 == "scale:" && $2 == 0 { off[name] = 1 }
        END { for (i = 1; i <= count; i++) if (!(order[i] in off)) print order[i], ports[order[i]] }
    '
}

# refuse_taken PARTS: a port that another program has is a sentence rather than the engine's own error
refuse_taken() {
    local ours name port
    ours=" $(docker compose ps --format '{{range .Publishers}}{{.PublishedPort}} {{end}}' | tr '\n' ' ')"
    while read -r name port; do
        case $ours in *" $port "*) continue ;; esac
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            fail 1 "port $port for $name is taken by another program; end that, or choose another port with VIGIE_PORT_${name^^}"
        fi
    done <<<"$1"
}

# explain SINCE: what those say that did not start
explain() {
    local name state health status
    docker compose ps --all --format '{{.Service}} {{.State}} {{.ExitCode}} {{.Health}}' | while read -r name state status health; do
        case "$state $status $health" in
            "running "*" healthy" | "running "*" starting" | "running "*" " | "exited 0 "* | "created "*) ;;
            *)
                echo "error: $name is ${health:-$state}; it said:" >&2
                docker compose logs --no-log-prefix --since "$1" --tail 10 "$name" | sed 's/^/  | /' >&2
                ;;
        esac
    done
    exit 1
}

# say_where PARTS: to people, and in .vigie/urls.json to scripts
say_where() {
    local name port json=
    echo
    while read -r name port; do
        [ "$name" != vendors ] || continue
        printf '  %-13s http://127.0.0.1:%s\n' "$name" "$port"
        json+="${json:+,}"$'\n'"  \"$name\": \"http://127.0.0.1:$port\""
    done <<<"$1"
    printf '\n./scripts/down stops it.\n'
    mkdir -p .vigie
    printf '{%s\n}\n' "$json" >.vigie/urls.json
}
