using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Wsmq.Benchmarks.Nodes;
using Wsmq.Testing;

namespace Wsmq.Benchmarks.Load;

/// <summary>
/// An open loop of messages that are posted at a fixed rate, by many users in turn, to queues that nobody reads. At most
/// <see cref="MostOpen"/> requests are open at a time: those beyond are counted and left out, since they would only wait for a socket.
/// </summary>
internal sealed class HttpSenders(Uri node, string endpoint, int number, HttpMessageInvoker http) : ISideLoad
{
    /// <summary>Requests a second.</summary>
    public const int PerSecond = 2_000;

    private const int Users = 20;
    private const int MostOpen = 64;

    private readonly LoadFailure _failure = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly string _padding = new('x', CrowdPlan.UsualBodyBytes);
    private Thread? _thread;
    private int _open;
    private long _left;
    private long _accepted;
    private long _refused;

    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"{Volatile.Read(ref _accepted)} requests were accepted, {Volatile.Read(ref _refused)} refused, {Volatile.Read(ref _left)} left out");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "http senders" };
        _thread.Start();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _thread?.Join();
        await _failure.WaitUntilAsync(() => Volatile.Read(ref _open) == 0, CancellationToken.None);
        _stop.Dispose();
    }

    private void Run()
    {
        var start = Stopwatch.GetTimestamp();
        for (var sent = 0L; !_stop.IsCancellationRequested; sent++)
        {
            PreciseWait.Until(start + (sent * Stopwatch.Frequency / PerSecond));
            if (Volatile.Read(ref _open) >= MostOpen)
            {
                _left++;
                continue;
            }

            Interlocked.Increment(ref _open);
            _ = SendAsync(sent);
        }
    }

    private async Task SendAsync(long sent)
    {
        try
        {
            using var request = RequestOf(sent);
            using var response = await http.SendAsync(request, CancellationToken.None);
            await response.Content.CopyToAsync(Stream.Null);
            if (response.StatusCode == HttpStatusCode.Created)
                Interlocked.Increment(ref _accepted);
            else
                Interlocked.Increment(ref _refused);
        }
        catch (Exception e)
        {
            _failure.Set(e);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private HttpRequestMessage RequestOf(long sent)
    {
        var path = string.Create(
            CultureInfo.InvariantCulture, $"{endpoint}?{QueryAuthentication.Parameter}=http{number}-{sent % Users}");
        var body = string.Create(
            CultureInfo.InvariantCulture, $$"""{"to":"user:unread{{number}}-{{sent % Users}}","type":"t","body":"{{_padding}}"}""");
        return new HttpRequestMessage(HttpMethod.Post, new Uri(node, path))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
    }
}
