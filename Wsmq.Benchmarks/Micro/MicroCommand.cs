using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

namespace Wsmq.Benchmarks.Micro;

/// <summary><c>micro</c>: the steps of the hot path in isolation, with their allocations. Passes arguments on to BenchmarkDotNet.</summary>
internal static class MicroCommand
{
    public static Command Create()
    {
        var rest = new Argument<string[]>("arguments")
        {
            Description = "Arguments for BenchmarkDotNet, for example --filter *Append* or --job medium.",
        };
        var command = new Command("micro", "Measures the steps of the hot path with BenchmarkDotNet.") { rest };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(result =>
        {
            string[] arguments = [.. result.GetValue(rest) ?? [], .. result.UnmatchedTokens];
            if (!arguments.Contains("--filter"))
                arguments = [.. arguments, "--filter", "*"];

            // Short by default, because the order of magnitude and the allocations are what matters here.
            if (!arguments.Contains("--job"))
                arguments = [.. arguments, "--job", "short"];

            // In process, because a project that BenchmarkDotNet generates would not build with the settings of this repository.
            BenchmarkSwitcher.FromAssembly(typeof(MicroCommand).Assembly)
                .Run([.. arguments, "--inProcess"], DefaultConfig.Instance.WithArtifactsPath("artifacts/micro"));
        });
        return command;
    }
}
