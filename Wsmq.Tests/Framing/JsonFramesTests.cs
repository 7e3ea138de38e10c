using System.Text;
using System.Text.Json;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Framing;

/// <summary>Frames that are assembled from bytes deserialize to the same values as the contract's record.</summary>
public sealed class JsonFramesTests
{
    private static readonly byte[] Source = JsonFrames.SourceOf(WsmqAddress.User("auth0|\"b\\ö\ud83d\ude00"));

    [Fact]
    public void Every_field_of_a_delivery_arrives_unchanged()
    {
        var metadata = new EntryMetadata
        {
            Id = "i\"ü\ud83d\ude00<>&'+\u2028",
            Sender = "auth0|b\\",
            SentAt = 1_795_415_044_075,
            Type = "chat",
            Headers = new Dictionary<string, string> { ["a\"b"] = "\u001e\n\u0000ü" },
            CorrelationId = "q-1",
            ReplyTo = "user:x",
        };

        var delivery = Deliveries(Frame(metadata, """ {"text" : "h\u00fc ü"} """)).Single();

        delivery.Should().BeEquivalentTo(new
        {
            Source = "user:auth0|\"b\\ö\ud83d\ude00",
            Position = "0000000000000012",
            Previous = "0000000000000007",
            metadata.Id,
            metadata.Sender,
            metadata.SentAt,
            metadata.Type,
            metadata.Headers,
            metadata.CorrelationId,
            metadata.ReplyTo,
            ContentType = (string?)null,
            Data = (ReadOnlyMemory<byte>?)null,
        });
        delivery.Body.ToString().Should().Be("""{"text" : "h\u00fc ü"}""");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(300)]
    public void Binary_data_arrives_unchanged(int length)
    {
        var body = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        var metadata = new EntryMetadata { Id = "x", SentAt = 1, ContentType = "image/png" };
        var entry = new LogEntry(new WsmqPosition(12), new WsmqPosition(7), metadata.ToBytes(), body);

        var delivery = Deliveries(JsonFrames.Receive(Source, entry, isBinary: true)).Single();

        delivery.Data!.Value.ToArray().Should().Equal(body);
        delivery.ContentType.Should().Be("image/png");
        delivery.Body.Should().BeNull();
    }

    [Fact]
    public void A_null_JSON_body_is_written_as_a_body() =>
        Encoding.UTF8.GetString(Frame(new EntryMetadata { Id = "x", SentAt = 1 }, "null")).Should().EndWith(",\"body\":null}]}\u001e");

    [Fact]
    public void ReceiveMany_carries_the_same_deliveries_in_one_call()
    {
        byte[][] frames = [.. Enumerable.Range(0, 5).Select(i => Frame(new EntryMetadata { Id = $"m{i}", SentAt = i }, $"{i}"))];
        var many = new byte[JsonFrames.ManyLength(frames.Length, frames.Sum(f => f.Length))];

        JsonFrames.WriteMany(frames, many);

        var call = JsonDocument.Parse(many.AsMemory()[..^1]).RootElement;
        many[^1].Should().Be(0x1e);
        call.GetProperty("target").GetString().Should().Be("ReceiveMany");
        call.GetProperty("arguments")[0].Deserialize<WsmqDelivery[]>()!.Select(d => d.Id).Should().Equal("m0", "m1", "m2", "m3", "m4");
    }

    private static byte[] Frame(EntryMetadata metadata, string body)
    {
        var entry = new LogEntry(new WsmqPosition(12), new WsmqPosition(7), metadata.ToBytes(), Encoding.UTF8.GetBytes(body));
        StoredEntry.Check(entry, out var isBinary, out _).Should().BeTrue();
        return JsonFrames.Receive(Source, entry, isBinary);
    }

    private static WsmqDelivery[] Deliveries(byte[] frame)
    {
        frame.Count(b => b == 0x1e).Should().Be(1);
        var call = JsonDocument.Parse(frame.AsMemory()[..^1]).RootElement;
        call.GetProperty("type").GetInt32().Should().Be(1);
        call.GetProperty("target").GetString().Should().Be("Receive");
        return call.GetProperty("arguments").Deserialize<WsmqDelivery[]>()!;
    }
}
