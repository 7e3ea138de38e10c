namespace Wsmq;

/// <summary>
/// Lists and removes the devices of a user. While a device is active, messages of the user's own queue that it has not acknowledged are
/// not removed as consumed; <see cref="WsmqRetentionOptions"/> removes them nevertheless. All methods may throw
/// <see cref="WsmqException"/> with <c>store-unavailable</c> (repeat the call), and with <c>stopping</c> on a node that stops.
/// </summary>
public interface IWsmqDevices
{
    /// <summary>
    /// Returns the stored devices of a user, ordered by name. A device that was not seen for <see cref="WsmqDeviceOptions.Expiry"/> is
    /// included until its slot is needed.
    /// </summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <exception cref="WsmqException"><c>invalid-name</c> or <c>name-too-long</c>.</exception>
    Task<IReadOnlyList<WsmqDevice>> ListAsync(string userId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes a device of a user before it expires: its cursors are deleted, it no longer delays the removal of messages, and its slot is
    /// free. Its dead letters stay. The user's connections are closed as by <see cref="IWsmqAccess.DisconnectAsync"/>, because a connection
    /// of the device would go on without a cursor. A device that connects under this name later is a new device; to prevent that, ban the
    /// user or revoke the token first. If the call fails, repeat it.
    /// </summary>
    /// <param name="userId">The user's identifier.</param>
    /// <param name="device">The device's name.</param>
    /// <param name="cancellationToken">Cancels the wait for the result.</param>
    /// <returns>False if the user has no such device.</returns>
    /// <exception cref="WsmqException">
    /// <c>invalid-name</c> or <c>name-too-long</c>. <c>store-full</c>, beyond <see cref="WsmqAccessOptions.MaxRules"/>: the device is
    /// removed, but the user's connections are not closed.
    /// </exception>
    Task<bool> RemoveAsync(string userId, string device, CancellationToken cancellationToken = default);
}
