using System.Buffers;

namespace Wsmq.Server.Framing;

/// <summary>Several entries composed into one write.</summary>
internal sealed class ComposedFrames : RawFrames
{
    private readonly byte[] _buffer;
    private readonly int _length;

    private ComposedFrames(byte[] buffer, int length) => (_buffer, _length) = (buffer, length);

    public override ReadOnlySpan<byte> Frames => _buffer.AsSpan(0, _length);

    /// <summary>Composes one frame for all entries, or one frame for each entry, in a rented buffer.</summary>
    public static ComposedFrames Of(ReadOnlySpan<FeedEntry> entries, bool asOne) => Of(entries, asOne, rented: true);

    /// <summary>Composes into a buffer that does not come from the pool, and is not returned to it.</summary>
    public static ComposedFrames Kept(ReadOnlySpan<FeedEntry> entries, bool asOne) => Of(entries, asOne, rented: false);

    /// <summary>Composes one <c>State</c> frame, in a rented buffer.</summary>
    /// <param name="source">The source as a JSON string.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="through">Its last argument.</param>
    public static ComposedFrames State(ReadOnlySpan<byte> source, ReadOnlySpan<FeedEntry> entries, WsmqPosition? through)
    {
        var frames = new byte[entries.Length][];
        for (var i = 0; i < frames.Length; i++)
            frames[i] = entries[i].Frame;
        var buffer = ArrayPool<byte>.Shared.Rent(JsonFrames.StateLength(source, frames));
        return new ComposedFrames(buffer, JsonFrames.WriteState(source, frames, through, buffer));
    }

    private static ComposedFrames Of(ReadOnlySpan<FeedEntry> entries, bool asOne, bool rented)
    {
        var frames = ArrayPool<byte[]>.Shared.Rent(entries.Length);
        var bytes = 0;
        for (var i = 0; i < entries.Length; i++)
            bytes += (frames[i] = entries[i].Frame).Length;
        var all = frames.AsSpan(0, entries.Length);
        var length = asOne ? JsonFrames.ManyLength(all.Length, bytes) : bytes;
        var buffer = rented ? ArrayPool<byte>.Shared.Rent(length) : GC.AllocateUninitializedArray<byte>(length);
        if (asOne)
            JsonFrames.WriteMany(all, buffer);
        else
            WriteEach(all, buffer);

        // Cleared, because the pool would keep the frames reachable.
        ArrayPool<byte[]>.Shared.Return(frames, clearArray: true);
        return new ComposedFrames(buffer, length);
    }

    /// <summary>Returns the buffer to the pool: the frames must not be used afterwards.</summary>
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
