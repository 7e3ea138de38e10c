using System.Buffers;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Wsmq.Server.Delivering;

/// <summary>Several entries that leave in one write, in a rented buffer.</summary>
internal readonly struct ComposedFrames
{
    private readonly byte[] _buffer;

    private ComposedFrames(byte[] buffer, int length)
    {
        _buffer = buffer;
        Message = new SerializedHubMessage([new SerializedMessage(JsonFrames.Protocol, buffer.AsMemory(0, length))]);
    }

    public SerializedHubMessage Message { get; }

    /// <summary>As one frame, or as one frame for each entry.</summary>
    public static ComposedFrames Of(ReadOnlySpan<FeedEntry> entries, bool asOne)
    {
        var frames = ArrayPool<byte[]>.Shared.Rent(entries.Length);
        var bytes = 0;
        for (var i = 0; i < entries.Length; i++)
            bytes += (frames[i] = entries[i].Frame).Length;
        var composed = asOne ? One(frames.AsSpan(0, entries.Length), bytes) : Each(frames.AsSpan(0, entries.Length), bytes);

        // The pool would keep the frames.
        ArrayPool<byte[]>.Shared.Return(frames, clearArray: true);
        return composed;
    }

    /// <summary>Gives the buffer back: nobody may look at the message any more.</summary>
    public void Return() => ArrayPool<byte>.Shared.Return(_buffer);

    private static ComposedFrames One(ReadOnlySpan<byte[]> frames, int bytes)
    {
        var length = JsonFrames.ManyLength(frames.Length, bytes);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        JsonFrames.WriteMany(frames, buffer);
        return new ComposedFrames(buffer, length);
    }

    private static ComposedFrames Each(ReadOnlySpan<byte[]> frames, int bytes)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(bytes);
        var at = 0;
        foreach (var frame in frames)
        {
            frame.CopyTo(buffer, at);
            at += frame.Length;
        }

        return new ComposedFrames(buffer, bytes);
    }
}
