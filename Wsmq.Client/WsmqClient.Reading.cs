namespace Wsmq;

/// <content>Filters and pauses of sources.</content>
public sealed partial class WsmqClient
{
    /// <summary>
    /// Sets which messages of a source this client gets, in place of what was set before, over all connections until it is set again. The server
    /// skips the others: they are not sent, raise no <see cref="Gap"/>, and count as acknowledged. Works before the start: the filter then holds
    /// from the first message on.
    /// </summary>
    /// <param name="source">The user's own queue, or a group, also one that the user joins later.</param>
    /// <param name="filter">The filter; null for all messages.</param>
    /// <param name="cancellationToken">Cancels the wait; the filter stays set.</param>
    /// <returns>
    /// Completes when the server has set it; without a connection at once: it is set on the next one, before messages arrive. Messages that were
    /// sent before may still arrive.
    /// </returns>
    /// <exception cref="WsmqException">
    /// A final refusal, such as <c>invalid-message</c>, <c>too-many-filters</c> or <c>read-not-allowed</c>: nothing has changed.
    /// </exception>
    public Task SetFilterAsync(WsmqAddress source, WsmqFilter? filter, CancellationToken cancellationToken = default) =>
        _parts.Reading.SetFilterAsync(source.ToString(), filter).WaitAsync(cancellationToken);

    /// <summary>
    /// The same for all sources that have no filter of their own: the user's own queue and all groups, also those that the user joins later.
    /// </summary>
    /// <param name="filter">The filter; null for all messages.</param>
    /// <param name="cancellationToken">Cancels the wait; the filter stays set.</param>
    /// <returns>As with a source.</returns>
    /// <exception cref="WsmqException">
    /// A final refusal, such as <c>invalid-message</c> or <c>too-many-filters</c>, or <c>invalid-address</c> by a server of an earlier version:
    /// nothing has changed.
    /// </exception>
    public Task SetFilterAsync(WsmqFilter? filter, CancellationToken cancellationToken = default) =>
        _parts.Reading.SetFilterAsync(WsmqFilter.OtherSources, filter).WaitAsync(cancellationToken);

    /// <summary>
    /// Pauses a source for this client, over all connections until <see cref="ResumeReadingAsync"/>: the server delivers nothing of it, and it
    /// waits in the log for as long as that keeps it. Works before the start. What has arrived already is handled.
    /// </summary>
    /// <param name="source">The user's own queue, or a group, also one that the user joins later.</param>
    /// <param name="cancellationToken">Cancels the wait; the source stays paused.</param>
    /// <returns>Completes when the server has paused it; without a connection at once.</returns>
    /// <exception cref="WsmqException">A final refusal, such as <c>too-many-filters</c> or <c>read-not-allowed</c>: nothing has changed.</exception>
    public Task PauseReadingAsync(WsmqAddress source, CancellationToken cancellationToken = default) =>
        _parts.Reading.PauseAsync(source, paused: true).WaitAsync(cancellationToken);

    /// <summary>Goes on with a source after <see cref="PauseReadingAsync"/>, where it was paused.</summary>
    /// <param name="source">The source.</param>
    /// <param name="cancellationToken">Cancels the wait; the source goes on.</param>
    /// <returns>Completes when the server has answered; without a connection at once.</returns>
    public Task ResumeReadingAsync(WsmqAddress source, CancellationToken cancellationToken = default) =>
        _parts.Reading.PauseAsync(source, paused: false).WaitAsync(cancellationToken);
}
