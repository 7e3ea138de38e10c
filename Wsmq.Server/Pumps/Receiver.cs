
using Wsmq.Server.Connections;
using Wsmq.Server.Limits;

namespace Wsmq.Server.Pumps;

/// <summary>The user and connection that pumps deliver to.</summary>
/// <param name="User">The user's identifier.</param>
/// <param name="Device">The name of the device.</param>
/// <param name="Connection">The connection.</param>
/// <param name="Credits">The credits that all its pumps share.</param>
/// <param name="Reads">The limits of reading logs for it.</param>
internal sealed record Receiver(string User, string Device, NodeConnection Connection, ConnectionCredits Credits, SessionReads Reads)
{
    private PageTurn? _pages;

    /// <summary>Decides which of its pumps may read a log; created when one of them lags.</summary>
    public PageTurn Pages => LazyInitializer.EnsureInitialized(ref _pages);
}
