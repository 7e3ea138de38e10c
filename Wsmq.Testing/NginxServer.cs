using System.Globalization;
using System.Net.Sockets;

namespace Wsmq.Testing;

/// <summary>A real nginx for the test run, with one server block.</summary>
public sealed class NginxServer : IAsyncDisposable
{
    private const string Binary = "nginx";
    private const int Attempts = 5;

    private readonly TempFolder _folder = new();
    private ReservedPort? _port;
    private ServerProcess? _process;

    private NginxServer()
    {
    }

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port!.Number}"));

    /// <summary>Starts nginx, and returns once it accepts connections.</summary>
    /// <param name="upstreams">The servers of the upstream <c>app</c>.</param>
    /// <param name="locations">The content of the server block.</param>
    public static async Task<NginxServer> StartAsync(IEnumerable<Uri> upstreams, string locations)
    {
        var server = new NginxServer();
        try
        {
            for (var attempt = 1; !await server.TryLaunchAsync([.. upstreams], locations); attempt++)
            {
                if (attempt == Attempts)
                    throw new RunFailedException($"{Binary} did not start on any of {Attempts} ports. Its log: {server.ReadLog()}");
            }

            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await EndAsync();
        }
        finally
        {
            _port?.Dispose();
            _folder.Dispose();
        }
    }

    private async Task<bool> TryLaunchAsync(Uri[] upstreams, string locations)
    {
        _port?.Dispose();
        _port = ReservedPort.Take();
        await File.WriteAllTextAsync(_folder.File("nginx.conf"), Configuration(upstreams, locations));
        var process = _process = ServerProcess.Start(
            Binary, ["-p", _folder.Path, "-c", "nginx.conf", "-e", "error.log", "-g", "daemon off;"], _folder.Path, new Dictionary<string, string>());
        await Eventually.That($"{Binary} accepts connections or exits", () => Task.FromResult(process.HasExited || TakesConnections()));
        if (process.WasNotFound)
            throw new RunFailedException($"{Binary} is missing. Install it: apt-get install nginx-light");
        if (!process.HasExited)
            return true;
        await EndAsync();
        return false;
    }

    private async Task EndAsync()
    {
        if (Interlocked.Exchange(ref _process, null) is { } process)
            await process.EndAsync();
    }

    private bool TakesConnections()
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(Address.Host, Address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private string ReadLog() => File.Exists(_folder.File("error.log")) ? File.ReadAllText(_folder.File("error.log")) : "none";

    // All files that nginx writes are in its folder.
    private string Configuration(Uri[] upstreams, string locations) => $$"""
        worker_processes 1;
        pid nginx.pid;
        events { worker_connections 512; }
        http {
            access_log access.log;
            client_body_temp_path body;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            upstream app { {{string.Concat(upstreams.Select(u => $"server {u.Authority} max_fails=0; "))}} }
            server {
                listen 127.0.0.1:{{_port!.Number}};
        {{locations}}
            }
        }
        """;
}
