using System.Buffers;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Server.Delivering;

/// <summary>Several entries that leave in one write, in a rented buffer.</summary>
internal readonly struct ComposedFrames
{
    private readonly byte[] _buffer;

    private ComposedFrames(byte[] buffer, int length)
    {
        _buffer = buffer;
        Message = JsonFrames.Message(buffer.AsMemory(0, length));
    }

    public SerializedHubMessage Message { get; }

    /// <summary>As one frame, or as one frame for each entry.</summary>
    public static ComposedFrames Of(ReadOnlySpan<FeedEntry> entries, bool asOne) => Of(entries, asOne, ArrayPool<byte>.Shared.Rent);

    /// <summary>The same in a buffer that is not given back.</summary>
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

        // The pool would keep the frames.
        ArrayPool<byte[]>.Shared.Return(frames, clearArray: true);
        return new ComposedFrames(buffer, length);
    }

    /// <summary>Gives the buffer back: nobody may look at the message any more.</summary>
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
