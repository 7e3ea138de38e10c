using System.Collections.Concurrent;
using Wsmq;

namespace OrderBoard;

/// <summary>An order as the board shows it. The version tells which of two states is newer.</summary>
internal sealed record Order(string Id, string State, int Version);

/// <summary>On the wire: the type is <c>order-changed</c>.</summary>
[WsmqMessageType("order-changed")]
internal sealed record OrderChanged(Order Order);

/// <summary>All orders, and the position in the log of the group after which their changes follow.</summary>
internal sealed record BoardView(string Position, IReadOnlyList<Order> Orders);

/// <summary>The data of the app, in memory here, and the messages that tell everybody who looks at it what has changed.</summary>
internal sealed class Board(IWsmqPublisher wsmq, IWsmqLogs logs)
{
    public const string Group = "board";

    private static readonly WsmqAddress Address = WsmqAddress.Group(Group);
    private readonly ConcurrentDictionary<string, Order> _orders = new(StringComparer.Ordinal);

    /// <summary>
    /// First the position and then the data: every change that the data lacks was published after the position. The other way round, a
    /// change between the two would be in neither.
    /// </summary>
    public async Task<BoardView> ReadAsync(CancellationToken cancellationToken)
    {
        var position = await logs.TailAsync(Address, cancellationToken);
        return new BoardView(position.ToString(), [.. _orders.Values.OrderBy(o => o.Id, StringComparer.Ordinal)]);
    }

    /// <summary>First the change, which a database would commit here, and then the message.</summary>
    public async Task<Order> ChangeAsync(string id, string state, CancellationToken cancellationToken)
    {
        var order = _orders.AddOrUpdate(id, _ => new Order(id, state, 1), (_, old) => old with { State = state, Version = old.Version + 1 });
        await wsmq.SendAsync(Address, new OrderChanged(order), cancellationToken);
        return order;
    }
}
