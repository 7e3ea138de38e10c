namespace Wsmq;

/// <summary>
/// Is told of messages to a user that no device of the user has acknowledged in time, to reach the user in another way, such as a push
/// notification: register it with <see cref="WsmqBuilder.OnUnacknowledged{THook}"/>. Each call has an instance and a service scope of its own.
/// </summary>
public interface IWsmqUnacknowledgedHook
{
    /// <summary>
    /// Handles the messages of one user that are due. If it throws, it is called again with them later, and with those that are due by then;
    /// after <see cref="WsmqUnacknowledgedOptions.MaxAttempts"/> not any more. If it returns, it is not told of them again, unless the node ends
    /// or loses the store at this moment: at least once.
    /// </summary>
    /// <param name="unacknowledged">The user and the messages.</param>
    /// <param name="cancellationToken">
    /// Is cancelled after <see cref="WsmqUnacknowledgedOptions.Timeout"/>, and when the node stops: another one then tells of them.
    /// </param>
    Task HandleAsync(WsmqUnacknowledged unacknowledged, CancellationToken cancellationToken);
}
