using Wsmq.Server.Limits;

namespace Wsmq.Server.Delivering;

/// <summary>Whom pumps deliver to.</summary>
/// <param name="User">The user's identifier.</param>
/// <param name="Connection">The connection.</param>
/// <param name="Credits">What all its pumps share.</param>
/// <param name="Reads">What may be read from logs for it.</param>
internal sealed record Receiver(string User, ClientConnection Connection, ConnectionCredits Credits, SessionReads Reads)
{
    private PageTurn? _pages;

    /// <summary>Whose turn to read a log it is; made when one of its pumps is behind.</summary>
    public PageTurn Pages => LazyInitializer.EnsureInitialized(ref _pages);
}
