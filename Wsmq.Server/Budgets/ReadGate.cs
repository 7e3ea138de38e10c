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
internal sealed class ReadGate(PipeReader inner) : PipeReader
{
    private const int Slice = 16 * 1024;
    private const byte EndOfFrame = 0x1e;

    private static readonly AsyncLocal<ReadGate?> Reading = new();

    private ConnectionBudget? _budget;
    private ReadOnlySequence<byte> _given;
    private long _left;

    /// <summary>The budget of the connection whose frames are being parsed on this path of execution; null elsewhere.</summary>
    public static ConnectionBudget? Current => Reading.Value?._budget;

    /// <summary>Puts a gate before a connection, for what the caller goes on to run.</summary>
    public static ReadGate Open(ConnectionContext connection)
    {
        var gate = new ReadGate(connection.Transport.Input);
        connection.Transport = new Ends(gate, connection.Transport.Output);
        connection.Features.Set(gate);
        Reading.Value = gate;
        return gate;
    }

    /// <summary>The user is known: from now on it pays.</summary>
    public void Charge(ConnectionBudget budget) => Volatile.Write(ref _budget, budget);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var budget = Volatile.Read(ref _budget);
        budget?.EndParsing(_left);
        var result = await inner.ReadAsync(cancellationToken);
        if (budget is null || result.IsCanceled || result.Buffer.IsEmpty)
            return result;
        _given = Cut(result.Buffer);
        var isPaid = await budget.BeginParsingAsync(_given.Length);
        return new ReadResult(_given, isCanceled: !isPaid, result.IsCompleted && _given.Length == result.Buffer.Length);
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

    private sealed class Ends(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
