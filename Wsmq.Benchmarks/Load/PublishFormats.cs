namespace Wsmq.Benchmarks.Load;

/// <summary>The wire format of messages and their results. One instance per sender, which calls it sequentially.</summary>
internal interface IPublishFormat
{
    /// <summary>Writes what a sender sends once, before its first message.</summary>
    void Open(FrameWriter frames)
    {
    }

    /// <summary>Begins a group of messages that are sent together.</summary>
    void Begin(FrameWriter frames)
    {
    }

    /// <summary>Writes a message up to its body, which the caller writes next.</summary>
    void BeginMessage(FrameWriter frames, Target target, string id, long number);

    void EndMessage(FrameWriter frames);

    void End(FrameWriter frames)
    {
    }

    /// <summary>Whether each message can be sent separately.</summary>
    bool IsDivisible => true;

    /// <summary>The number of messages that a frame from the server settles.</summary>
    int Settled(ReadOnlySpan<byte> frame);
}

/// <summary>The address of a message, in the format of either peer.</summary>
internal readonly record struct Target(bool IsGroup, string Name);

/// <summary>The stock hub: one invocation per message, acknowledged by its completion.</summary>
internal sealed class StockFormat : IPublishFormat
{
    public void BeginMessage(FrameWriter frames, Target target, string id, long number)
    {
        frames.Write("{\"type\":1,\"invocationId\":\""u8);
        frames.Write(number);
        frames.Write(target.IsGroup ? "\",\"target\":\"SendGroup\",\"arguments\":[\""u8 : "\",\"target\":\"Send\",\"arguments\":[\""u8);
        frames.Write(target.Name);
        frames.Write("\","u8);
    }

    public void EndMessage(FrameWriter frames)
    {
        frames.Write("]}"u8);
        frames.EndFrame();
    }

    public int Settled(ReadOnlySpan<byte> frame) => Invocations.Settled(frame);
}

/// <summary>wsmq with one invocation per message.</summary>
internal sealed class SendFormat : IPublishFormat
{
    public void BeginMessage(FrameWriter frames, Target target, string id, long number)
    {
        frames.Write("{\"type\":1,\"invocationId\":\""u8);
        frames.Write(number);
        frames.Write("\",\"target\":\"Send\",\"arguments\":["u8);
        WsmqMessages.Begin(frames, target, id, number);
    }

    public void EndMessage(FrameWriter frames)
    {
        frames.Write("}]}"u8);
        frames.EndFrame();
    }

    public int Settled(ReadOnlySpan<byte> frame) => Invocations.Settled(frame);
}

/// <summary>
/// wsmq over one duplex stream of a producer, as the .NET client sends: an item holds all messages that are ready, a result all that are decided.
/// </summary>
internal sealed class StreamFormat : IPublishFormat
{
    private readonly string _producer = Guid.NewGuid().ToString("N");
    private long _sequence;
    private bool _first;

    public bool IsDivisible => false;

    public void Open(FrameWriter frames)
    {
        frames.Write("{\"type\":4,\"invocationId\":\"p\",\"streamIds\":[\"m\"],\"target\":\"Produce\",\"arguments\":[\""u8);
        frames.Write(_producer);
        frames.Write("\",1]}"u8);
        frames.EndFrame();
    }

    public void Begin(FrameWriter frames)
    {
        frames.Write("{\"type\":2,\"invocationId\":\"m\",\"item\":["u8);
        _first = true;
    }

    public void BeginMessage(FrameWriter frames, Target target, string id, long number)
    {
        if (!_first)
            frames.Write(","u8);
        _first = false;
        WsmqMessages.BeginTo(frames, target);
        frames.Write("\",\"sequence\":"u8);
        frames.Write(++_sequence);
        frames.Write(",\"type\":\"b\",\"body\":"u8);
    }

    public void EndMessage(FrameWriter frames) => frames.Write("}"u8);

    public void End(FrameWriter frames)
    {
        frames.Write("]}"u8);
        frames.EndFrame();
    }

    public int Settled(ReadOnlySpan<byte> frame)
    {
        if (!frame.StartsWith("{\"type\":2"u8) || frame.IndexOf("\"error\":\""u8) >= 0)
            throw Connection.Unexpected(frame);
        return frame.Count("\"number\":"u8);
    }
}

internal static class Invocations
{
    public static int Settled(ReadOnlySpan<byte> frame) =>
        frame.StartsWith("{\"type\":3"u8) && frame.IndexOf("\"error\":\""u8) < 0 ? 1 : throw Connection.Unexpected(frame);
}

internal static class WsmqMessages
{
    public static void BeginTo(FrameWriter frames, Target target)
    {
        frames.Write(target.IsGroup ? "{\"to\":\"group:"u8 : "{\"to\":\"user:"u8);
        frames.Write(target.Name);
    }

    public static void Begin(FrameWriter frames, Target target, string id, long number)
    {
        BeginTo(frames, target);
        frames.Write("\",\"id\":\""u8);
        frames.Write(id);
        frames.Write(number);
        frames.Write("\",\"type\":\"b\",\"body\":"u8);
    }
}
