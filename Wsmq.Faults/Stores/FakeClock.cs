using System.Buffers.Binary;
using System.Diagnostics;

namespace Wsmq.Faults.Stores;

/// <summary>
/// The wall clock of a process that was started with <see cref="Environment"/>: a small library, compiled on the spot, adds what
/// stands in a file that both have mapped.
/// </summary>
internal sealed class FakeClock
{
    private const string Source = "clock.c";

    private readonly string _file;

    private FakeClock(string library, string file)
    {
        _file = file;
        Environment = new Dictionary<string, string> { ["LD_PRELOAD"] = library, ["WSMQ_CLOCK_FILE"] = file };
        Step(TimeSpan.Zero);
    }

    public static string Missing => "a C compiler is missing, which the fault clock needs: apt-get install gcc libc6-dev";

    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Null where there is no compiler.</summary>
    public static async Task<FakeClock?> TryCreateAsync(string folder)
    {
        var library = Path.Combine(folder, "clock.so");
        string[] arguments = ["-shared", "-fPIC", "-O1", "-o", library, Path.Combine(AppContext.BaseDirectory, "Stores", Source)];
        try
        {
            using var compiler = Process.Start(new ProcessStartInfo("cc", arguments) { RedirectStandardError = true })!;
            await compiler.WaitForExitAsync();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }

        return File.Exists(library) ? new FakeClock(library, Path.Combine(folder, "clock")) : null;
    }

    /// <summary>From now on the clock is off by so much.</summary>
    public void Step(TimeSpan offset)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)offset.TotalMicroseconds);

        // In place: the process has this very file mapped.
        using var file = new FileStream(_file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Write(bytes);
    }
}
