using System.Globalization;

namespace Wsmq.Faults.Stores;

/// <summary>The clock of a process that was started with libfaketime, and that reads how far it is off from a file.</summary>
internal sealed class FakeClock
{
    private static readonly string[] Libraries =
    [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1", "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
        "/usr/lib/faketime/libfaketime.so.1",
    ];

    private readonly string _file;

    private FakeClock(string library, string file)
    {
        _file = file;
        Environment = new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = library,
            ["FAKETIME_TIMESTAMP_FILE"] = file,
            ["FAKETIME_NO_CACHE"] = "1",

            // A step of the clock does not touch the clock that measures how long something takes.
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        };
        Step(TimeSpan.Zero);
    }

    public static string Missing => "libfaketime is missing: apt-get install faketime";

    public IReadOnlyDictionary<string, string> Environment { get; }

    public static FakeClock? TryCreate(string folder) =>
        Array.Find(Libraries, File.Exists) is { } library ? new FakeClock(library, Path.Combine(folder, "clock")) : null;

    /// <summary>From now on the clock is off by so much.</summary>
    public void Step(TimeSpan offset)
    {
        // The process reads at any moment: it must find the old text or the new.
        File.WriteAllText(_file + ".new", string.Create(CultureInfo.InvariantCulture, $"{offset.TotalSeconds:+0;-0;+0}\n"));
        File.Move(_file + ".new", _file, overwrite: true);
    }
}
