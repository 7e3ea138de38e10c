namespace Wsmq;

/// <summary>
/// Requests a token from the app for each connection. The app's callback cannot delay a stop or the next attempt: it runs on the thread
/// pool, and the wait for it is limited to the connect timeout.
/// </summary>
internal sealed class AccessTokens(Func<CancellationToken, Task<string?>> source, WsmqClientOptions options)
{
    private const string Name = $"{nameof(WsmqClientOptions)}.{nameof(WsmqClientOptions.AccessTokenProvider)}";

    /// <exception cref="WsmqException"><c>no-token</c>; the detail names the cause.</exception>
    public async Task<string?> GetAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var limit = linked.Token;
        try
        {
            var token = await Task.Run(() => AskAsync(limit), cancellationToken).WaitAsync(limit).ConfigureAwait(false);
            return token is null || IsUsable(token) ? token : throw new WsmqException(
                WsmqErrors.NoToken, $"{Name} returned a text that is empty, or has spaces, line breaks or other invalid characters");
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new WsmqException(WsmqErrors.NoToken, $"{Name} returned nothing within {nameof(options.ConnectTimeout)}, {options.ConnectTimeout}", e);
        }
    }

    private async Task<string?> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = source(cancellationToken) ?? throw new WsmqException(WsmqErrors.NoToken, $"{Name} returned null instead of a task");
            return await answer.ConfigureAwait(false);
        }
        catch (Exception e) when (e is not WsmqException && !cancellationToken.IsCancellationRequested)
        {
            throw new WsmqException(WsmqErrors.NoToken, $"{Name} threw {e.GetType().Name}: {e.Message}", e);
        }
    }

    private static bool IsUsable(string token) => token.Length > 0 && !token.AsSpan().ContainsAnyExceptInRange('!', '~');
}
