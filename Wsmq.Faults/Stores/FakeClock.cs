using System.Buffers.Binary;
using System.Diagnostics;

namespace Wsmq.Faults.Stores;

/// <summary>
/// The wall clock of a process that is started with <see cref="Environment"/>. A small library, compiled at run time, adds the offset in
/// a file that both processes use.
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

    public static string Missing => "The fault clock needs a C compiler, which is missing. Install it: apt-get install gcc libc6-dev";

    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Null if there is no C compiler.</summary>
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

    /// <summary>Sets the offset of the clock.</summary>
    public void Step(TimeSpan offset)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)offset.TotalMicroseconds);

        // Overwritten in place, because the process has mapped this file.
        using var file = new FileStream(_file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        file.Write(bytes);
    }
}
