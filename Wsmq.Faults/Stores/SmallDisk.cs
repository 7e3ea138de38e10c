using System.Diagnostics;
using System.Globalization;

namespace Wsmq.Faults.Stores;

/// <summary>
/// A file system of a few megabytes in memory, in a mount namespace of its own that lives as long as its keeper: filling it fills
/// nobody else's disk, and what is on it survives the node.
/// </summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const string Keep = "mount -t tmpfs -o size=96m tmpfs \"$0\" && echo ready && exec cat";
    private readonly Process _keeper;

    private SmallDisk(Process keeper) => _keeper = keeper;

    public static string Missing => "unshare may not mount a file system here: run as a user who may make namespaces";

    /// <summary>Runs a command where the disk is.</summary>
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

    /// <summary>A path on the disk, as those outside of the namespace reach it.</summary>
    public string Outside(string path) => $"/proc/{Id}/root{path}";

    public async ValueTask DisposeAsync()
    {
        _keeper.Kill();
        await _keeper.WaitForExitAsync();
        _keeper.Dispose();
    }
}
