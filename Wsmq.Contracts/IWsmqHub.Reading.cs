namespace Wsmq;

/// <content>What a connection gets of its sources. It holds until the connection ends, and a new one begins without it.</content>
public partial interface IWsmqHub
{
    /// <summary>
    /// Sets which messages of a source this connection gets, in place of what was set before. The others are skipped: they are not sent, are no
    /// gap, and count as acknowledged once everything before them is. Holds from the next message that is written. The source may be one that
    /// the connection does not read yet. Limited together with <see cref="Resume"/>.
    /// </summary>
    /// <param name="source">The own user, a group, or <c>*</c>: all sources without a filter of their own.</param>
    /// <param name="filter">The filter; null for all messages.</param>
    Task SetFilter(string source, WsmqFilter? filter);

    /// <summary>
    /// Pauses the deliveries of a source on this connection until <see cref="ResumeReading"/>. Nothing is lost: the cursor stays, and the
    /// messages wait in the log for as long as it keeps them. Deliveries that were being written may still arrive. Limited together with
    /// <see cref="Resume"/>.
    /// </summary>
    /// <param name="source">The own user, or a group; it may be one that the connection does not read yet.</param>
    Task PauseReading(string source);

    /// <summary>Goes on with the deliveries of a source after <see cref="PauseReading"/>, where they were paused.</summary>
    /// <param name="source">The source.</param>
    Task ResumeReading(string source);

    /// <summary>
    /// Begins the deliveries of a connection whose URL has the query parameter <c>hold=true</c>: it gets nothing before this call, so that
    /// filters and pauses hold from the first message on. On other connections it has no effect.
    /// </summary>
    Task BeginReading();
}
