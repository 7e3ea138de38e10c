using System.ComponentModel;
using System.Diagnostics;
using Wsmq.Benchmarks.Measuring;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Work;

/// <summary>The programs for Node.js beside this one, with the npm packages that their lock file names.</summary>
internal static class PeerPrograms
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Peers");

    public static string PathOf(string program) => Path.Combine(Folder, program);

    /// <summary>Installs the packages if they are missing, or older than the lock file.</summary>
    public static async Task InstallAsync()
    {
        var installed = Path.Combine(Folder, "node_modules", ".package-lock.json");
        if (File.Exists(installed) && File.GetLastWriteTimeUtc(installed) >= File.GetLastWriteTimeUtc(PathOf("package-lock.json")))
            return;
        Progress.Say($"installing npm packages in {Folder}");
        try
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--loglevel", "error"])
            {
                WorkingDirectory = Folder, RedirectStandardOutput = true,
            })!;
            await npm.StandardOutput.ReadToEndAsync();
            await npm.WaitForExitAsync();
            if (npm.ExitCode != 0)
                throw new RunFailedException($"npm ci failed in {Folder}; see its output above.");
        }
        catch (Win32Exception e)
        {
            throw new RunFailedException("npm is missing. Install it: apt-get install nodejs npm", e);
        }
    }
}
