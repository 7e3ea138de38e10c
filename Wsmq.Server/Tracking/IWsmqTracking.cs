namespace Wsmq;

/// <summary>
/// What has become of tracked messages (<see cref="WsmqSendOptions.Track"/>), for the app: of its own and of those of all users. A client asks for
/// its own with <c>WsmqClient</c>.
/// </summary>
/// <remarks>
/// Without authorization: expose it through endpoints of your own. Calls throw <see cref="WsmqException"/> with <c>store-unavailable</c>,
/// <c>store-corrupt</c>, or <c>invalid-address</c> for a work queue.
/// </remarks>
public interface IWsmqTracking
{
    /// <summary>The status of a message.</summary>
    /// <param name="to">The address of the message: a user or a group.</param>
    /// <param name="position">Its position, which its receipt has.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The status; null if the message is not tracked, or its status is not stored any more.</returns>
    Task<WsmqMessageStatus?> GetStatusAsync(WsmqAddress to, WsmqPosition position, CancellationToken cancellationToken = default);

    /// <summary>Lists tracked messages to an address, the oldest first, at most 100.</summary>
    /// <param name="to">The address.</param>
    /// <param name="sender">The user who has sent them; null for those that the app has sent.</param>
    /// <param name="after">The position of the last message of the page before; the start for the first page.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>Their status; fewer than 100 if no more follow.</returns>
    Task<IReadOnlyList<WsmqMessageStatus>> ListAsync(
        WsmqAddress to, string? sender, WsmqPosition after, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lists the readers for which something has become of a message, by name, at most 500: devices of a user, or members of a group.
    /// </summary>
    /// <param name="to">The address of the message.</param>
    /// <param name="position">Its position.</param>
    /// <param name="after">The name of the last reader of the page before; null for the first page.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The readers; fewer than 500 if no more follow.</returns>
    Task<IReadOnlyList<WsmqReaderStatus>> ListReadersAsync(
        WsmqAddress to, WsmqPosition position, string? after = null, CancellationToken cancellationToken = default);
}
