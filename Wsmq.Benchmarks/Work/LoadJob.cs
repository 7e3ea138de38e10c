using System.Text.Json;

namespace Wsmq.Benchmarks.Work;

/// <summary>The body of a job: who sent it, its number, and when it was due, in µs of the clock of the machine. 128 bytes as JSON.</summary>
[WsmqMessageType("job")]
internal sealed record LoadJob(long Producer, long Number, long Due, string Padding)
{
    private const int Bytes = 128;

    public static LoadJob Create(long producer, long number, long due)
    {
        var empty = new LoadJob(producer, number, due, "");
        return empty with { Padding = new string('x', Bytes - JsonSerializer.SerializeToUtf8Bytes(empty, JsonSerializerOptions.Web).Length) };
    }
}
