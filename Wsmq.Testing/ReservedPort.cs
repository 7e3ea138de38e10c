using System.Net;
using System.Net.Sockets;

namespace Wsmq.Testing;

/// <summary>A port of 127.0.0.1 that is nobody else's while this lives, also while nothing listens there.</summary>
public sealed class ReservedPort : IDisposable
{
    // Below the ports that Linux gives to outgoing connections: one of these would take the port of a server that is away for a
    // moment. A node of a Redis Cluster also takes the port 10,000 above its own, and so these are left out.
    private const int First = 10_000;
    private const int Count = 10_000;
    private const int Attempts = 100;

    // Who reserves ports meets here, over all processes; the servers themselves listen at 127.0.0.1.
    private static readonly IPAddress MeetingPlace = IPAddress.Parse("127.0.0.2");

    private readonly TcpListener _held;

    private ReservedPort(TcpListener held, int number) => (_held, Number) = (held, number);

    public int Number { get; }

    /// <exception cref="RunFailedException">None was found.</exception>
    public static ReservedPort Take()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var number = First + Random.Shared.Next(Count);
            if (TryListen(MeetingPlace, number) is not { } held)
                continue;
            if (IsFree(number) && IsFree(number + Count))
                return new ReservedPort(held, number);
            held.Dispose();
        }

        throw new RunFailedException($"No free port was found between {First} and {First + Count}.");
    }

    public void Dispose() => _held.Dispose();

    private static bool IsFree(int number)
    {
        using var listener = TryListen(IPAddress.Loopback, number);
        return listener is not null;
    }

    private static TcpListener? TryListen(IPAddress address, int number)
    {
        var listener = new TcpListener(address, number);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }
}
