using System.Net;
using System.Net.Sockets;

namespace Wsmq.Testing;

/// <summary>A port of 127.0.0.1 that no other run takes until this is disposed, even while no server listens on it.</summary>
public sealed class ReservedPort : IDisposable
{
    // Below the ephemeral ports of Linux: an outgoing connection could take the port of a server that is down for a moment. A node of a
    // Redis Cluster also uses its port plus 10,000 (the cluster bus), so these ports are excluded as well.
    private const int First = 10_000;
    private const int Count = 10_000;
    private const int Attempts = 100;

    // A reservation is a listener on this address, which all processes see; the servers themselves listen on 127.0.0.1.
    private static readonly IPAddress MeetingPlace = IPAddress.Parse("127.0.0.2");

    private readonly TcpListener _held;

    private ReservedPort(TcpListener held, int number) => (_held, Number) = (held, number);

    public int Number { get; }

    /// <exception cref="RunFailedException">No port is free.</exception>
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

        throw new RunFailedException($"No port between {First} and {First + Count} is free.");
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
