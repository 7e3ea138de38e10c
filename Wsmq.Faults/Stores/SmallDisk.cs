using System.Diagnostics;
using System.Globalization;

namespace Wsmq.Faults.Stores;

/// <summary>
/// An in-memory file system of some megabytes, in a mount namespace that lives as long as its keeper process. Filling it does not affect
/// other disks, and its content survives the node.
/// </summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const string Keep = "mount -t tmpfs -o size=96m tmpfs \"$0\" && echo ready && exec cat";
    private readonly Process _keeper;

    private SmallDisk(Process keeper) => _keeper = keeper;

    public static string Missing => "unshare cannot mount a file system. Run as a user who may create user and mount namespaces.";

    /// <summary>The command prefix that runs a program inside the namespace.</summary>
    public string[] Prefix =>
        ["nsenter", "--target", Id, "--user", "--mount", "--preserve-credentials", "--wdns=/"];

    private string Id => _keeper.Id.ToString(CultureInfo.InvariantCulture);

    public static async Task<SmallDisk?> TryMountAsync(string folder)
    {
        var start = new ProcessStartInfo("unshare", ["--user", "--map-root-user", "--mount", "/bin/sh", "-c", Keep, folder])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var keeper = Process.Start(start)!;
        if (await keeper.StandardOutput.ReadLineAsync() == "ready")
            return new SmallDisk(keeper);
        keeper.Kill();
        keeper.Dispose();
        return null;
    }

    /// <summary>A path on the disk, as seen from outside the namespace.</summary>
    public string Outside(string path) => $"/proc/{Id}/root{path}";

    public async ValueTask DisposeAsync()
    {
        _keeper.Kill();
        await _keeper.WaitForExitAsync();
        _keeper.Dispose();
    }
}
