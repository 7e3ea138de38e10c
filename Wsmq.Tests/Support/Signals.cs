using System.Diagnostics;
using System.Globalization;

namespace Wsmq.Tests.Support;

/// <summary>Signals to processes that the tests started.</summary>
internal static class Signals
{
    /// <param name="processId">The process.</param>
    /// <param name="name">The signal without its SIG: TERM, STOP, CONT.</param>
    public static async Task SendAsync(int processId, string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", processId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        kill.ExitCode.Should().Be(0, $"process {processId} is there");
    }
}
