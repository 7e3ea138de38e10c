using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Wsmq.Tests.Support;

/// <summary>Records the commands that a Redis executes from now on, in order, including those within scripts.</summary>
internal sealed partial class RedisMonitor : IAsyncDisposable
{
    private readonly TcpClient _client = new();
    private readonly ConcurrentQueue<string> _lines = [];
    private Task _reading = Task.CompletedTask;

    /// <summary>The commands that each script ran.</summary>
    public IReadOnlyList<IReadOnlyList<string[]>> Scripts
    {
        get
        {
            List<List<string[]>> scripts = [];
            foreach (var line in _lines)
            {
                // MONITOR prints a script call before the commands of the script.
                if (!line.Contains(" lua] ", StringComparison.Ordinal))
                    scripts.Add([]);
                else if (scripts is [.., var last])
                    last.Add([.. Word().Matches(line).Select(m => m.Groups[1].Value)]);
            }

            return scripts;
        }
    }

    public static async Task<RedisMonitor> StartAsync(RedisServer server)
    {
        var monitor = new RedisMonitor();
        await monitor._client.ConnectAsync(IPAddress.Loopback, server.Port);
        await monitor._client.GetStream().WriteAsync("MONITOR\r\n"u8.ToArray());
        monitor._reading = monitor.ReadAsync();
        await Eventually.That("MONITOR is confirmed", () => !monitor._lines.IsEmpty);
        return monitor;
    }

    /// <summary>Waits until all commands that were sent before have been recorded.</summary>
    public async Task SeesAllAsync(RedisServer server)
    {
        var mark = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await server.CommandAsync($"ECHO {mark}");
        await Eventually.That("the mark is recorded", () => _lines.Any(l => l.Contains(mark, StringComparison.Ordinal)));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _reading;
    }

    private async Task ReadAsync()
    {
        try
        {
            using var reader = new StreamReader(_client.GetStream(), Encoding.Latin1);
            while (await reader.ReadLineAsync() is { } line)
                _lines.Enqueue(line);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Word();
}
