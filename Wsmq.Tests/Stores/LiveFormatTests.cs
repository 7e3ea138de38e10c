using System.Text;
using Wsmq.Server.Redis.Live;

namespace Wsmq.Tests.Stores;

/// <summary>Pushes as bytes between nodes.</summary>
public sealed class LiveFormatTests
{
    private static readonly byte[] Frame = "{\"type\":1,\"target\":\"Live\",\"arguments\":[{\"a\":[]}]}\u001e"u8.ToArray();

    private static readonly LiveOrigin Origin = new(LiveOrigin.NodeOf("nodeaaaa"), 17);

    [Theory]
    [InlineData('A')]
    [InlineData('C', "c1", "c2")]
    [InlineData('U', "auth0|é", "")]
    [InlineData('G', "a group", "c1")]
    [InlineData('J', "g", "c", "node", "1")]
    [InlineData('L', "g", "c", "node", "1")]
    [InlineData('D', "17")]
    public void What_was_written_is_read_and_no_part_of_it_is(char kind, params string[] names)
    {
        var frame = kind is 'J' or 'L' or 'D' ? [] : Frame;
        var bytes = LiveFormat.Write(new LivePush((LiveKind)kind, names, frame), Origin);

        LiveFormat.TryRead(bytes, out var read, out var origin).Should().BeTrue();
        origin.Should().Be(Origin);
        (read.Kind, read.Frame.ToArray()).Should().BeEquivalentTo(((LiveKind)kind, frame));
        read.Names.Should().Equal(names);
        for (var length = 0; length < bytes.Length; length++)
            LiveFormat.TryRead(bytes.AsMemory(0, length), out _, out _).Should().BeFalse();
    }

    [Fact]
    public void Strange_kinds_impossible_numbers_and_second_frames_are_refused()
    {
        byte[][] strange =
        [
            LiveFormat.Write(new LivePush((LiveKind)'X', [], Frame), Origin),
            LiveFormat.Write(new LivePush(LiveKind.All, [], (byte[])[.. Frame, .. Frame]), Origin),
            LiveFormat.Write(new LivePush(LiveKind.Group, [], Frame), Origin),
            LiveFormat.Write(new LivePush(LiveKind.Join, ["g", "c", "node"], default), Origin),
            LiveFormat.Write(new LivePush(LiveKind.Done, ["1"], Frame), Origin),
            [.. new byte[16], (byte)'A', 0x7F, 0xFF, 0xFF, 0xFF, .. Frame],
            [.. new byte[16], (byte)'A', 0xFF, 0xFF, 0xFF, 0xFF, .. Frame],
            [.. new byte[16], (byte)'C', 0, 0, 0, 1, 0x7F, 0xFF, 0xFF, 0xFF, .. Frame],
        ];
        strange.Should().OnlyContain(bytes => !IsRead(bytes));
    }

    [Theory]
    [InlineData("""{"type":7}""")]
    [InlineData("""{"type":3,"invocationId":"1","result":{"position":"0000000000000001"}}""")]
    [InlineData("""{"type":1,"target":"Live","arguments":[],"type":7}""")]
    [InlineData("""{"type":1,"target":"Live","arguments":[],"ty\u0070e":7}""")]
    [InlineData("""{"type":1,"target":"Live","arguments":[],"invocationId":"1"}""")]
    [InlineData("""{"type":1,"target":"Live","arguments":[],"error":"x","allowReconnect":false}""")]
    [InlineData("""{"type":1,"target":"Live"}""")]
    [InlineData("""{"type":1,"target":"Live","arguments":{}}""")]
    [InlineData("""{"type":1,"target":null,"arguments":[]}""")]
    [InlineData("""{"type":1,"target":"Live","arguments":[]} {}""")]
    [InlineData("""{"type":1,"target":"Live","arguments":[""")]
    [InlineData("""[{"type":1,"target":"Live","arguments":[]}]""")]
    [InlineData("no JSON")]
    [InlineData("")]
    public void A_frame_that_is_no_call_of_a_clients_method_is_refused(string frame) =>
        IsRead(LiveFormat.Write(new LivePush(LiveKind.All, [], Encoding.UTF8.GetBytes(frame + "\u001e")), Origin)).Should().BeFalse();

    private static bool IsRead(byte[] bytes) => LiveFormat.TryRead(bytes, out _, out _);
}
