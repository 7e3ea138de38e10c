namespace Wsmq.Cli.Load;

/// <summary>What one load does.</summary>
/// <param name="Run">A name of the load, which its messages carry.</param>
/// <param name="Senders">How many connections send.</param>
/// <param name="Receivers">How many connections receive.</param>
/// <param name="Rate">Messages per second, of all senders together.</param>
/// <param name="Size">Bytes of a body.</param>
/// <param name="Duration">How long messages are sent.</param>
/// <param name="Patience">How long it waits for receipts and deliveries after that.</param>
internal sealed record LoadSettings(
    string Run, int Senders, int Receivers, int Rate, int Size, TimeSpan Duration, TimeSpan Patience)
{
    /// <summary>What the names of users and devices begin with.</summary>
    public const string Prefix = "wsmq-bench";

    /// <summary>The address that all receivers read; null: each receiver is a user of its own.</summary>
    public WsmqAddress? To { get; init; }

    /// <summary>How many messages one sender sends.</summary>
    public long CountOf(int sender)
    {
        var all = (long)(Rate * Duration.TotalSeconds);
        return all / Senders + (sender < all % Senders ? 1 : 0);
    }

    /// <summary>
    /// The user or device that sends. A device that only sends would acknowledge nothing, and the queue of its user would keep everything
    /// for it: so with an address the senders are further connections of the receivers' devices.
    /// </summary>
    public string Sender(int number) => To is null ? $"{Prefix}-s{number}" : Receiver(number % Receivers);

    /// <summary>The user or device that receives: the same one in each load, so that a deployment does not fill up with them.</summary>
    public string Receiver(int number) => $"{Prefix}-r{number}";

    /// <summary>All users, or all devices.</summary>
    public IEnumerable<string> Names =>
        Enumerable.Range(0, Receivers).Select(Receiver).Concat(Enumerable.Range(0, Senders).Select(Sender))
            .Distinct(StringComparer.Ordinal);

    public WsmqAddress AddressOf(int receiver) => To ?? WsmqAddress.User(Receiver(receiver));
}
