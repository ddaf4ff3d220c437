/**
 * What shells are told of the completion: each asks `tsdocker complete` for
 * what fits at the cursor, so that the scripts never grow old.
 *
 * @module
 * @see bash(1), "Programmable Completion"; zshcompsys(1); fish `complete`
 */

/** The shells there are scripts for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of {@linkcode SHELLS}. */
export type Shell = typeof SHELLS[number];

/** A line of `tsdocker complete` that is no word: files fit, too. */
export const FILES_LINE = ":files";

const BASH = `# Completion of tsdocker for bash:
#   source <(tsdocker completion bash)
_tsdocker() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      ${FILES_LINE}) compopt -o default ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("$1" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _tsdocker tsdocker
`;

const ZSH = `#compdef tsdocker
# Completion of tsdocker for zsh:
#   source <(tsdocker completion zsh)
_tsdocker() {
  local line files
  local -a candidates
  while IFS= read -r line; do
    case $line in
      ${FILES_LINE}) files=yes ;;
      *) candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done < <("$words[1]" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#candidates )) && _describe tsdocker candidates
  [[ -z $files ]] || _files
}
if [[ $funcstack[1] == _tsdocker ]]; then
  _tsdocker "$@"
else
  compdef _tsdocker tsdocker
fi
`;

const FISH = `# Completion of tsdocker for fish:
#   tsdocker completion fish | source
function __tsdocker_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  for line in ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
    if test "$line" = "${FILES_LINE}"
      __fish_complete_path "$current"
    else
      echo -- $line
    end
  end
end
complete -c tsdocker -f -a '(__tsdocker_complete)'
`;

/** The script for each shell. */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
};
