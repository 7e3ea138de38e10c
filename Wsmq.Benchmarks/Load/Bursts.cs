using System.Globalization;

namespace Wsmq.Benchmarks.Load;

/// <summary>The same work at once, again and again: its next run begins an interval after the last one began, or when that has ended.</summary>
/// <param name="name">What a burst is, in the plural.</param>
/// <param name="interval">The time between two bursts.</param>
/// <param name="prepare">What is done before the first burst.</param>
/// <param name="burst">Runs a burst with this number, from 0.</param>
internal sealed class Bursts(string name, TimeSpan interval, Func<CancellationToken, Task> prepare, Func<int, Task> burst) : ISideLoad
{
    private readonly LoadFailure _failure = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private int _count;

    public string Summary => string.Create(CultureInfo.InvariantCulture, $"{Volatile.Read(ref _count)} {name}");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await prepare(cancellationToken);
        _loop = Task.Run(RunAsync, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();

        // A burst that failed measured nothing.
        _failure.Throw();
    }

    private async Task RunAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(interval);
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await burst(_count);
                Volatile.Write(ref _count, _count + 1);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            _failure.Set(e);
        }
    }
}
