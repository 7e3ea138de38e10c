using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Wsmq.Server.Budgets;

/// <summary>
/// The input of a connection, in slices that its user's budget has paid for: SignalR makes of a few bytes a hundred times as many,
/// and reads as long as there is something. What is not paid for yet stays with the transport, which stops the client.
/// </summary>
internal sealed class ReadGate(PipeReader inner, PipeWriter output, CancellationToken closed) : PipeReader, IDuplexPipe
{
    private const int Slice = 16 * 1024;
    private const byte EndOfFrame = 0x1e;

    private static readonly AsyncLocal<ReadGate?> Reading = new();

    private ConnectionBudget? _budget;
    private ReadOnlySequence<byte> _given;
    private long _left;

    /// <summary>The budget of the connection whose frames are being parsed on this path of execution; null elsewhere.</summary>
    public static ConnectionBudget? Current => Reading.Value?._budget;

    PipeReader IDuplexPipe.Input => this;

    PipeWriter IDuplexPipe.Output => output;

    /// <summary>Puts a gate before a connection, for what the caller goes on to run.</summary>
    public static ReadGate Open(ConnectionContext connection)
    {
        var gate = new ReadGate(connection.Transport.Input, connection.Transport.Output, connection.ConnectionClosed);
        connection.Transport = gate;
        connection.Features.Set(gate);
        Reading.Value = gate;
        return gate;
    }

    /// <summary>The user is known: from now on it pays.</summary>
    public void Charge(ConnectionBudget budget) => Volatile.Write(ref _budget, budget);

    // What waits here is all that an idle connection has of the gate: each local and awaiter in it costs every connection.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        Volatile.Read(ref _budget)?.EndParsing(_left);
        return await GiveAsync(await inner.ReadAsync(cancellationToken));
    }

    // No gate: nobody reads a hub's connection like that.
    public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _left = _given.IsEmpty ? 0 : _given.Slice(consumed).Length;
        _given = default;
        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead()
    {
        inner.CancelPendingRead();
        Volatile.Read(ref _budget)?.CancelParsing();
    }

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    // The budget as of the read's end: a connection is let in while its first read already waits.
    private ValueTask<ReadResult> GiveAsync(ReadResult result)
    {
        if (Volatile.Read(ref _budget) is not { } budget || result.IsCanceled || result.Buffer.IsEmpty)
            return new ValueTask<ReadResult>(result);
        _given = Cut(result.Buffer);
        var isLast = result.IsCompleted && _given.Length == result.Buffer.Length;
        var paying = budget.BeginParsingAsync(_given.Length);
        return paying.IsCompletedSuccessfully ? new(Given(paying.Result, isLast)) : PaidAsync(paying, isLast);
    }

    private async ValueTask<ReadResult> PaidAsync(ValueTask<bool> paying, bool isLast)
    {
        await using var ended = closed.UnsafeRegister(static gate => ((ReadGate)gate!).CancelPendingRead(), this);
        return Given(await paying, isLast);
    }

    private ReadResult Given(bool isPaid, bool isLast) => new(_given, isCanceled: !isPaid, isLast);

    /// <summary>The connection is gone, and with it what was read and not claimed. Calls that go on return what they hold themselves.</summary>
    public void Close()
    {
        Empty();
        if (Interlocked.Exchange(ref _budget, null) is { } budget)
            budget.Close();
    }

    // The transport still waits for its client, up to some seconds, and would keep what nobody reads for as long. The pipe is not
    // completed here: with the next bytes of its client the transport would end, before it has sent why the connection was refused.
    private void Empty()
    {
        try
        {
            if (!_given.IsEmpty)
                AdvanceTo(_given.End);
            while (inner.TryRead(out var rest))
            {
                inner.AdvanceTo(rest.Buffer.End);
                if (rest.IsCompleted || rest.IsCanceled)
                    break;
            }
        }
        catch (Exception)
        {
            // What the transport ended with, told once more: the hub has had it.
        }
    }

    // Either many small frames or one large one, so that what they may become is known.
    private static ReadOnlySequence<byte> Cut(in ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length <= Slice)
            return buffer;
        var first = buffer.Slice(0, Slice);
        if (first.PositionOf(EndOfFrame) is not null)
            return first;
        return buffer.Slice(Slice).PositionOf(EndOfFrame) is { } end ? buffer.Slice(0, buffer.GetPosition(1, end)) : buffer;
    }
}
