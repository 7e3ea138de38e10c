using System.CommandLine;

namespace Wsmq.Cli.Commands;

/// <summary>
/// <c>wsmq completion</c>: prints a script that lets a shell complete commands and options. The script asks this program, so that it needs
/// no new script with a new version.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # wsmq completion bash > ~/.local/share/bash-completion/completions/wsmq
        _wsmq() {
          local current="${COMP_WORDS[COMP_CWORD]}" line="${COMP_LINE:0:COMP_POINT}" IFS=$'\n'
          COMPREPLY=($(compgen -W "$(wsmq "[suggest:${#line}]" "$line" 2>/dev/null)" -- "$current"))
        }
        complete -o default -F _wsmq wsmq
        """;

    // A file of $fpath is the function itself: without the last line the first completion would only define it.
    private const string Zsh = """
        #compdef wsmq
        # wsmq completion zsh > a folder of $fpath/_wsmq
        _wsmq() {
          local line="${words[1,CURRENT]}"
          local -a all=(${(f)"$(wsmq "[suggest:${#line}]" "$line" 2>/dev/null)"})
          if (( $#all )); then compadd -a all; else _files; fi
        }
        if [[ $funcstack[1] == _wsmq ]]; then _wsmq "$@"; else compdef _wsmq wsmq; fi
        """;

    private const string Fish = """
        # wsmq completion fish > ~/.config/fish/completions/wsmq.fish
        function __wsmq_complete
          set -l line (commandline -cp)
          set -l found (wsmq "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
          if set -q found[1]
            printf '%s\n' $found
          else
            __fish_complete_path (commandline -ct)
          end
        end
        complete -c wsmq -f -a '(__wsmq_complete)'
        """;

    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = Bash, ["zsh"] = Zsh, ["fish"] = Fish,
    };

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command("completion", "Prints a script for a shell that completes commands, options and their values.") { shell };
        command.SetAction(result =>
            result.InvocationConfiguration.Output.Write(Scripts[result.GetRequiredValue(shell)].ReplaceLineEndings("\n") + "\n"));
        return command;
    }
}
