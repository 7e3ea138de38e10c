namespace Wsmq.Tests.HostAndCli;

/// <summary>The scripts of <c>wsmq completion</c> in the shells that they are for.</summary>
public sealed class CliCompletionTests : IDisposable
{
    // The words, and the function that completes them.
    private const string Bash = """
        eval "$(wsmq completion bash)"
        COMP_LINE=$1; COMP_POINT=${#COMP_LINE}
        COMP_WORDS=($COMP_LINE); [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        "$(complete -p wsmq | sed -E 's/.*-F ([^ ]+).*/\1/')"
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    private const string Fish = """
        wsmq completion fish | source
        complete -C $argv[1]
        """;

    // A terminal with a shell in it, in which the tab is pressed once. The script is a file of $fpath, as its first line says; and the
    // words that match are printed, because the list that the shell draws is hard to read.
    private const string Zsh = """
        zmodload zsh/zpty
        mkdir -p functions
        wsmq completion zsh >functions/_wsmq
        zpty shell zsh -f -i
        zpty -w shell 'unsetopt beep; PS1=; fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u -D'
        zpty -w shell 'compadd() { local -a hits; builtin compadd -O hits "$@"; print -r -- "<<${(j:,:)hits}>>"; builtin compadd "$@" }'
        zpty -w shell 'print ready-$((6 * 7))'
        zpty -r shell out '*ready-42*'
        zpty -w -n shell "$1"$'\t'
        zpty -r shell out '*<<*>>*'
        zpty -d shell
        print -rl -- ${(s:,:)${out##*<<}%%>>*}
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bash", Bash)]
    [InlineData("fish", Fish)]
    [InlineData("zsh", Zsh)]
    public async Task Commands_options_and_their_values_are_completed(string shell, string script)
    {
        (await CompleteAsync(shell, script, "wsmq que")).Should().Equal("queue");
        (await CompleteAsync(shell, script, "wsmq queue p")).Should().BeEquivalentTo("pause", "peek", "purge");
        (await CompleteAsync(shell, script, "wsmq queue peek --st")).Should().Equal("--state");
        (await CompleteAsync(shell, script, "wsmq queue peek --state de")).Should().BeEquivalentTo("dead", "delayed");
        (await CompleteAsync(shell, script, "wsmq completion ")).Should().Contain(["bash", "fish", "zsh"])
            .And.NotContain($"complete.{shell}", "files are for where nothing else fits");
    }

    private async Task<string[]> CompleteAsync(string shell, string script, string line)
    {
        var file = _folder.File($"complete.{shell}");
        await File.WriteAllTextAsync(file, script.ReplaceLineEndings("\n"));
        var output = await ToolRun.OkAsync(_folder.Path, Path.GetDirectoryName(ToolProcess.PathOf(ToolProcess.Cli)), shell, file, line);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
