using System.Diagnostics;
using System.Text.Json;
using Wsmq.Tests.HostAndCli;

namespace Wsmq.Tests.FaultCampaign;

/// <summary>A short run of the fault program with a mixture of faults, and with real nodes, stores and clients.</summary>
public sealed class ShortMixtureTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private static readonly string[] AlwaysZero =
    [
        "lost", "duplicated", "reordered", "gapsSilent", "failoverLost", "leaks", "liveWrong", "liveTwice",
        "jobsLost", "jobsUnleased", "jobsEarly", "jobsOutOfKeyOrder", "jobsRolledBack", "stateApart", "occurrencesLost", "occurrencesTwice",
        "requestsOpen", "requestsWrong", "presenceWrong", "skipsWrong", "statusWrong", "sequencesRolledBack", "sequencesWrong",
    ];

    [Theory]
    [InlineData("redis")]
    [InlineData("sqlite")]
    public async Task A_short_run_with_faults_has_no_losses_silent_gaps_duplicates_reorders_leaks_or_jobs_without_a_lease(string store)
    {
        var (code, last, progress) = await RunAsync("run", "--seed", "4", "--minutes", "0.25", "--store", store);

        output.WriteLine(progress);
        code.Should().Be(0, progress);
        using var json = JsonDocument.Parse(last);
        int Of(string name) => json.RootElement.GetProperty(name).GetInt32();
        Of("seed").Should().Be(4);
        Of("faults").Should().BePositive();
        Of("receipted").Should().BePositive();
        Of("liveDelivered").Should().BePositive();
        Of("jobsCompleted").Should().BePositive();
        Of("occurrences").Should().BePositive();
        Of("requestsAnswered").Should().BePositive();
        Of("skipped").Should().BePositive();
        Of("trackedAcknowledged").Should().BePositive();
        Of("sequenceRepeats").Should().BePositive();
        Of("delivered").Should().BeGreaterThan(Of("receipted"), "users have several devices");
        AlwaysZero.Where(name => Of(name) != 0).Should().BeEmpty();
    }

    private static async Task<(int Code, string Last, string Progress)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [ToolProcess.PathOf("Wsmq.Faults"), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (standard, progress) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
        }

        return (process.HasExited ? process.ExitCode : -1, (await standard).TrimEnd().Split('\n')[^1], await progress);
    }
}
