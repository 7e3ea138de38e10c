using System.Buffers;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Server.Framing;

/// <summary>Several entries composed into one write, in a rented buffer.</summary>
internal readonly struct ComposedFrames
{
    private readonly byte[] _buffer;

    private ComposedFrames(byte[] buffer, int length)
    {
        _buffer = buffer;
        Message = JsonFrames.Message(buffer.AsMemory(0, length));
    }

    public SerializedHubMessage Message { get; }

    /// <summary>Composes one frame for all entries, or one frame for each entry.</summary>
    public static ComposedFrames Of(ReadOnlySpan<FeedEntry> entries, bool asOne) => Of(entries, asOne, ArrayPool<byte>.Shared.Rent);

    /// <summary>Composes into a buffer that does not come from the pool, and is not returned to it.</summary>
    public static SerializedHubMessage Kept(ReadOnlySpan<FeedEntry> entries, bool asOne) =>
        Of(entries, asOne, length => GC.AllocateUninitializedArray<byte>(length)).Message;

    private static ComposedFrames Of(ReadOnlySpan<FeedEntry> entries, bool asOne, Func<int, byte[]> buffers)
    {
        var frames = ArrayPool<byte[]>.Shared.Rent(entries.Length);
        var bytes = 0;
        for (var i = 0; i < entries.Length; i++)
            bytes += (frames[i] = entries[i].Frame).Length;
        var all = frames.AsSpan(0, entries.Length);
        var length = asOne ? JsonFrames.ManyLength(all.Length, bytes) : bytes;
        var buffer = buffers(length);
        if (asOne)
            JsonFrames.WriteMany(all, buffer);
        else
            WriteEach(all, buffer);

        // Cleared, because the pool would keep the frames reachable.
        ArrayPool<byte[]>.Shared.Return(frames, clearArray: true);
        return new ComposedFrames(buffer, length);
    }

    /// <summary>Returns the buffer to the pool: the message must not be used afterwards.</summary>
    public void Return() => ArrayPool<byte>.Shared.Return(_buffer);

    private static void WriteEach(ReadOnlySpan<byte[]> frames, byte[] buffer)
    {
        var at = 0;
        foreach (var frame in frames)
        {
            frame.CopyTo(buffer, at);
            at += frame.Length;
        }
    }
}
