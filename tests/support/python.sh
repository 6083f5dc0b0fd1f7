# Sourced by the scripts that need Python for checking.

# The first python3 that has the modules, as $python: need_python MODULE...
need_python() {
  local candidate imports
  imports=$(printf 'import %s;' "$@")
  for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c "$imports" 2>/dev/null; then
      python=$candidate
      return
    fi
  done
  echo "skipped: no python3 with the modules $*"
  exit 77
}
