namespace Wsmq;

/// <summary>Messages to a user that no device of the user has acknowledged in time.</summary>
public sealed class WsmqUnacknowledged
{
    private readonly Func<CancellationToken, Task<WsmqPosition>> _acknowledged;

    /// <summary>Creates one for a test of a hook: <see cref="StillAsync"/> returns all of its messages.</summary>
    /// <param name="user">The user.</param>
    /// <param name="messages">The messages, in the order of their positions.</param>
    /// <param name="attempt">The number of the attempt, from 1 on.</param>
    public WsmqUnacknowledged(string user, IReadOnlyList<WsmqDelivery> messages, int attempt = 1)
        : this(user, messages, attempt, _ => Task.FromResult(WsmqPosition.Start))
    {
    }

    internal WsmqUnacknowledged(
        string user, IReadOnlyList<WsmqDelivery> messages, int attempt, Func<CancellationToken, Task<WsmqPosition>> acknowledged) =>
        (User, Messages, Attempt, _acknowledged) = (user, messages, attempt, acknowledged);

    /// <summary>The identifier of the user.</summary>
    public string User { get; }

    /// <summary>
    /// The messages as clients get them, in the order of their positions; read a body with <see cref="WsmqJsonBody.To{T}(System.Text.Json.JsonSerializerOptions?)"/>.
    /// At most <see cref="WsmqUnacknowledgedOptions.MaxBatch"/>, and about 1 MiB: if there are more, they follow in a call of their own.
    /// </summary>
    public IReadOnlyList<WsmqDelivery> Messages { get; }

    /// <summary>The number of the attempt at the first of the messages, from 1 on.</summary>
    public int Attempt { get; }

    /// <summary>
    /// Asks the store again, just before something is sent: the messages that no device has acknowledged until now. None if the user has read
    /// all of them.
    /// </summary>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="WsmqException"><c>store-unavailable</c> or <c>store-corrupt</c>.</exception>
    public async Task<WsmqUnacknowledged> StillAsync(CancellationToken cancellationToken = default)
    {
        var acknowledged = (await _acknowledged(cancellationToken)).ToString();
        return new WsmqUnacknowledged(
            User, [.. Messages.Where(m => string.CompareOrdinal(m.Position, acknowledged) > 0)], Attempt, _acknowledged);
    }
}
