using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Wsmq.Server.Budgets;

/// <summary>
/// A connection's input, passed to SignalR in slices that are charged to the user's budget first. Parsing a few bytes can take a hundred
/// times their memory, and SignalR reads as long as input is available. Input that is not charged yet stays in the transport, which
/// applies backpressure to the client.
/// </summary>
internal sealed class ReadGate(PipeReader inner, PipeWriter output, CancellationToken closed) : PipeReader, IDuplexPipe
{
    private const int Slice = 16 * 1024;
    private const byte EndOfFrame = 0x1e;

    private static readonly AsyncLocal<ReadGate?> Reading = new();

    private ConnectionBudget? _budget;
    private ReadOnlySequence<byte> _given;
    private long _left;

    /// <summary>The budget of the connection whose frames the current async flow parses; null outside of such a flow.</summary>
    public static ConnectionBudget? Current => Reading.Value?._budget;

    PipeReader IDuplexPipe.Input => this;

    PipeWriter IDuplexPipe.Output => output;

    /// <summary>Replaces the transport of a connection by a gate, and sets it as the gate of the caller's async flow.</summary>
    public static ReadGate Open(ConnectionContext connection)
    {
        var gate = new ReadGate(connection.Transport.Input, connection.Transport.Output, connection.ConnectionClosed);
        connection.Transport = gate;
        connection.Features.Set(gate);
        Reading.Value = gate;
        return gate;
    }

    /// <summary>Sets the budget to charge, once the user of the connection is known.</summary>
    public void Charge(ConnectionBudget budget) => Volatile.Write(ref _budget, budget);

    // Every idle connection waits in this method: each local and each awaiter costs memory on every connection.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        Volatile.Read(ref _budget)?.EndParsing(_left);
        return await GiveAsync(await inner.ReadAsync(cancellationToken));
    }

    // Not charged: SignalR does not read hub connections with TryRead.
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

    // Reads the budget only after the read: a connection is accepted while its first read is already pending.
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

    /// <summary>
    /// Discards the unread input of a connection that has ended, and returns its unclaimed charges. Calls that are still running
    /// return their own charges.
    /// </summary>
    public void Close()
    {
        Empty();
        if (Interlocked.Exchange(ref _budget, null) is { } budget)
            budget.Close();
    }

    // The transport waits up to some seconds for its client, and would hold the unread input for that time. The pipe is not completed
    // here: on the next bytes from the client the transport would end before it has sent the reason of the refusal.
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
            // The exception that ended the transport, thrown again: the hub has already received it.
        }
    }

    // A slice holds either many small frames or one large frame, so that the memory for parsing it has a known bound.
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
