using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

namespace Wsmq.Benchmarks.Micro;

/// <summary><c>micro</c>: the steps of the hot path alone, with what they allocate. Further arguments are BenchmarkDotNet's own.</summary>
internal static class MicroCommand
{
    public static Command Create()
    {
        var rest = new Argument<string[]>("arguments") { Description = "BenchmarkDotNet's arguments, for example --filter *Append* or --job medium." };
        var command = new Command("micro", "Measures the steps of the hot path with BenchmarkDotNet.") { rest };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(result =>
        {
            string[] arguments = [.. result.GetValue(rest) ?? [], .. result.UnmatchedTokens];
            if (!arguments.Contains("--filter"))
                arguments = [.. arguments, "--filter", "*"];

            // Short by default: what matters here is the order of magnitude and the allocations.
            if (!arguments.Contains("--job"))
                arguments = [.. arguments, "--job", "short"];

            // In this process: a project that the tool generates would not get past this repository's build settings.
            BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly)
                .Run([.. arguments, "--inProcess"], DefaultConfig.Instance.WithArtifactsPath("artifacts/micro"));
        });
        return command;
    }
}
