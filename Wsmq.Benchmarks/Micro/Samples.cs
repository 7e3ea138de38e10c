using System.Text;
using Wsmq.Benchmarks.Load;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Benchmarks.Micro;

/// <summary>The message of the micro benchmarks, the same as in the load scenarios.</summary>
internal static class Samples
{
    private const string Id = "c1-s1-12345";

    public static byte[] BodyBytes()
    {
        var body = new byte[CrowdPlan.UsualBodyBytes];
        Body.Write(body, sender: 1, number: 12345, time: 1);
        return body;
    }

    /// <summary>The message as a client writes it into a frame.</summary>
    public static byte[] Frame() =>
        [.. "{\"to\":\"user:c1-u17\",\"id\":\""u8, .. Encoding.UTF8.GetBytes(Id), .. "\",\"type\":\"b\",\"body\":"u8, .. BodyBytes(), .. "}"u8];

    public static WsmqOutgoingMessage Message() => new() { To = "user:c1-u17", Id = Id, Type = "b", Body = WsmqJsonBody.Parse(BodyBytes()) };

    public static ReadOnlyMemory<byte> Metadata() =>
        new EntryMetadata { Id = Id, Sender = "c1-s1", SentAt = 1795415044075, Type = "b" }.ToBytes();

    public static LogEntry Entry(long position) => new(new WsmqPosition(position), new WsmqPosition(position - 1), Metadata(), BodyBytes());
}
