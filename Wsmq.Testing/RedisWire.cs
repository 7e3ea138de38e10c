using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Wsmq.Testing;

/// <summary>Queries a Redis without a library: one command, one reply.</summary>
internal static class RedisWire
{
    /// <summary>The whole reply as on the wire; incomplete or empty if no server listens or it does not answer in time.</summary>
    public static async Task<string> TryAskAsync(int port, string line, TimeSpan time)
    {
        var answer = new StringBuilder();
        try
        {
            using var limit = new CancellationTokenSource(time);
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(line + "\r\n"), limit.Token);
            using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
            await ReadAsync(reader, answer, limit.Token);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            // The caller sees an incomplete reply: tests stop and restart servers on purpose.
        }

        return answer.ToString();
    }

    private static async Task ReadAsync(StreamReader reader, StringBuilder answer, CancellationToken cancellationToken)
    {
        var line = await reader.ReadLineAsync(cancellationToken) ?? throw new EndOfStreamException();
        answer.Append(line).Append("\r\n");
        var count = line is ['$' or '*', ..] ? int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture) : -1;
        if (line is ['$', ..] && count >= 0)
            await ReadTextAsync(reader, answer, count + 2, cancellationToken);
        for (var i = 0; line is ['*', ..] && i < count; i++)
            await ReadAsync(reader, answer, cancellationToken);
    }

    private static async Task ReadTextAsync(StreamReader reader, StringBuilder answer, int length, CancellationToken cancellationToken)
    {
        var text = new char[length];
        answer.Append(text, 0, await reader.ReadBlockAsync(text, cancellationToken));
    }
}
