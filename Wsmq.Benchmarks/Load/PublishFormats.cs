namespace Wsmq.Benchmarks.Load;

/// <summary>How messages and their results look on the wire. One sender's own; its calls come one after another.</summary>
internal interface IPublishFormat
{
    /// <summary>What a sender sends once, before its first message.</summary>
    void Open(FrameWriter frames)
    {
    }

    /// <summary>Begins messages that leave together.</summary>
    void Begin(FrameWriter frames)
    {
    }

    /// <summary>Writes everything of a message up to its body, which the caller writes next.</summary>
    void BeginMessage(FrameWriter frames, Target target, string id, long number);

    void EndMessage(FrameWriter frames);

    void End(FrameWriter frames)
    {
    }

    /// <summary>Whether each message can leave by itself.</summary>
    bool IsDivisible => true;

    /// <summary>How many messages a frame from the server settles.</summary>
    int Settled(ReadOnlySpan<byte> frame);
}

/// <summary>A message's address, as either peer writes it.</summary>
internal readonly record struct Target(bool IsGroup, string Name);

/// <summary>The stock hub: one invocation a message, its completion the acknowledgement.</summary>
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

/// <summary>wsmq the natural way: one invocation a message.</summary>
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

/// <summary>wsmq over one duplex stream: an item is as many messages as are ready, a result as many as are decided.</summary>
internal sealed class StreamFormat : IPublishFormat
{
    private bool _first;

    public bool IsDivisible => false;

    public void Open(FrameWriter frames)
    {
        frames.Write("{\"type\":4,\"invocationId\":\"p\",\"streamIds\":[\"m\"],\"target\":\"Publish\",\"arguments\":[]}"u8);
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
        WsmqMessages.Begin(frames, target, id, number);
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
    public static void Begin(FrameWriter frames, Target target, string id, long number)
    {
        frames.Write(target.IsGroup ? "{\"to\":\"group:"u8 : "{\"to\":\"user:"u8);
        frames.Write(target.Name);
        frames.Write("\",\"id\":\""u8);
        frames.Write(id);
        frames.Write(number);
        frames.Write("\",\"type\":\"b\",\"body\":"u8);
    }
}
