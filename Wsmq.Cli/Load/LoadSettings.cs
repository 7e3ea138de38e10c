namespace Wsmq.Cli.Load;

/// <summary>What one load does.</summary>
/// <param name="Run">A name of the load, which its users, devices and messages carry.</param>
/// <param name="Senders">How many connections send.</param>
/// <param name="Receivers">How many connections receive.</param>
/// <param name="Rate">Messages per second, of all senders together.</param>
/// <param name="Size">Bytes of a body.</param>
/// <param name="Duration">How long messages are sent.</param>
/// <param name="Patience">How long it waits for receipts and deliveries after that.</param>
internal sealed record LoadSettings(
    string Run, int Senders, int Receivers, int Rate, int Size, TimeSpan Duration, TimeSpan Patience)
{
    /// <summary>The address that all receivers read; null: each receiver is a user of its own.</summary>
    public WsmqAddress? To { get; init; }

    /// <summary>How many messages one sender sends.</summary>
    public long CountOf(int sender)
    {
        var all = (long)(Rate * Duration.TotalSeconds);
        return all / Senders + (sender < all % Senders ? 1 : 0);
    }

    public string Sender(int number) => $"{Run}-s{number}";

    public string Receiver(int number) => $"{Run}-r{number}";

    public WsmqAddress AddressOf(int receiver) => To ?? WsmqAddress.User(Receiver(receiver));
}
