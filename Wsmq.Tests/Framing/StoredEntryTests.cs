using System.Text;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Framing;

/// <summary>Which stored entries may be copied into a frame unchanged.</summary>
public sealed class StoredEntryTests
{
    private const string Good = """{"id":"x","sentAt":1}""";

    [Theory]
    [InlineData(Good, "null")]
    [InlineData(Good, " {\"a\" : [1, \"ü\\u001e\"]} \n")]
    [InlineData("""{"sentAt":-1,"id":"ü","sender":"a","type":"\u00fc","headers":{"a":"b","":""},"correlationId":"c","replyTo":"user:a"}""", "1")]
    public void Entries_written_by_wsmq_are_accepted(string metadata, string body) =>
        Check(metadata, Encoding.UTF8.GetBytes(body)).Should().Be((true, false));

    [Fact]
    public void Binary_data_is_accepted_whatever_its_bytes() =>
        Check("""{"id":"x","sentAt":1,"contentType":"a/b"}""", [0x1e, 0xff, 0]).Should().Be((true, true));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":"x"}""")]
    [InlineData("""{"sentAt":1}""")]
    [InlineData("""{"id":null,"sentAt":1}""")]
    [InlineData("""{"id":7,"sentAt":1}""")]
    [InlineData("""{"id":"x","sentAt":"1"}""")]
    [InlineData("""{"id":"x","sentAt":1.5}""")]
    [InlineData("""{"id":"x","sentAt":1e99}""")]
    [InlineData("""{"id":"x","sentAt":1,"id":"y"}""")]
    [InlineData("""{"id":"x","sentAt":1,"\u0069d":"y"}""")]
    [InlineData("""{"id":"x","sentAt":1,"source":"user:a"}""")]
    [InlineData("""{"id":"x","sentAt":1,"position":"0000000000000001"}""")]
    [InlineData("""{"id":"x","sentAt":1,"previous":"0000000000000001"}""")]
    [InlineData("""{"id":"x","sentAt":1,"body":1}""")]
    [InlineData("""{"id":"x","sentAt":1,"data":""}""")]
    [InlineData("""{"id":"x","sentAt":1,"anything":1}""")]
    [InlineData("""{"id":"x","sentAt":1,"headers":"a"}""")]
    [InlineData("""{"id":"x","sentAt":1,"headers":{"a":1}}""")]
    [InlineData("""{"id":"x","sentAt":1,"headers":{"a":{}}}""")]
    [InlineData("""{"id":"x","sentAt":1,"type":["a"]}""")]
    [InlineData("""{"id":"x","sentAt":1,"type":"\ud800"}""")]
    [InlineData("""{"id":"x","sentAt":1,"headers":{"\udc00":"a"}}""")]
    [InlineData("""{"id":"x","sentAt":1,}""")]
    [InlineData("""{"id":"x","sentAt":1} """)]
    [InlineData(""" {"id":"x","sentAt":1}""")]
    [InlineData("""{"id":"x","sentAt":1}{}""")]
    [InlineData("""{"id":"x","sentAt":1/* */}""")]
    [InlineData("{\"id\":\"\u001e\",\"sentAt\":1}")]
    [InlineData("{\"id\":\"x\",\"sentAt\":1}\u001e{}")]
    public void Malformed_or_unknown_metadata_is_refused(string metadata) =>
        Check(metadata, "1"u8.ToArray()).Taken.Should().BeFalse();

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("1 2")]
    [InlineData("1,\"source\":\"user:a\"")]
    [InlineData("1}]}\u001e")]
    [InlineData("\"a\u001eb\"")]
    [InlineData("{\"a\":1")]
    [InlineData("nul")]
    public void A_body_that_is_not_one_JSON_value_is_refused(string body) =>
        Check(Good, Encoding.UTF8.GetBytes(body)).Taken.Should().BeFalse();

    [Fact]
    public void Text_that_is_not_UTF8_or_nests_too_deeply_is_refused()
    {
        Check(Good, [(byte)'"', 0xc0, 0x9e, (byte)'"']).Taken.Should().BeFalse();
        Check(Good, Encoding.UTF8.GetBytes(new string('[', 49) + new string(']', 49))).Taken.Should().BeFalse();
        Check([.. "{\"sentAt\":1,\"id\":\""u8, 0xff, .. "\"}"u8], "1"u8.ToArray()).Taken.Should().BeFalse();
    }

    private static (bool Taken, bool IsBinary) Check(string metadata, byte[] body) => Check(Encoding.UTF8.GetBytes(metadata), body);

    private static (bool Taken, bool IsBinary) Check(byte[] metadata, byte[] body)
    {
        var taken = StoredEntry.Check(new LogEntry(new WsmqPosition(2), new WsmqPosition(1), metadata, body), out var isBinary, out var defect);
        (defect is null).Should().Be(taken);
        return (taken, isBinary);
    }
}
