using System.Runtime.ExceptionServices;

namespace Wsmq.Benchmarks.Load;

/// <summary>The first thing that went wrong on any connection. Whoever waits during a run waits here, so that nothing hangs.</summary>
internal sealed class LoadFailure
{
    private readonly TaskCompletionSource<Exception> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Set(Exception e) => _first.TrySetResult(e);

    public async Task WaitAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        await Task.WhenAny(_first.Task, Task.Delay(time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        if (_first.Task.IsCompletedSuccessfully)
            ExceptionDispatchInfo.Throw(await _first.Task);
    }

    /// <summary>Polls, because what is waited for is counted in many connections' own fields, without a signal.</summary>
    public async Task WaitUntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (!condition())
            await WaitAsync(TimeSpan.FromMilliseconds(5), cancellationToken);
    }
}
