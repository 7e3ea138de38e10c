using StackExchange.Redis;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>Translates the driver's exceptions into the store's failures; any other exception is a defect and is not caught.</summary>
internal static class RedisErrors
{
    // Error code of append.lua.
    private const string Fenced = "WSMQFENCE";

    // Prefix that the driver puts before an answer in some code paths.
    private const string AnswerPrefix = "SimpleError: ";

    private static readonly string[] Passing =
        ["LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS", "MISCONF", "BUSY", "UNKILLABLE", "MOVED", "ASK"];

    private static readonly string[] Temporary = [.. Passing, "NOAUTH", "WRONGPASS", "WSMQSTALE", Fenced];

    /// <summary>True if the Redis user lacks a permission.</summary>
    public static bool IsDenied(RedisServerException e) =>
        e.Message.StartsWith("NOPERM", StringComparison.Ordinal) || e.Message.Contains("ACL failure", StringComparison.Ordinal)
        || e.Message.Contains("user executing the script", StringComparison.Ordinal);

    /// <summary>True if a server refused a batch because it lacks a batch that was answered.</summary>
    public static bool IsFenced(Exception e) =>
        e.InnerException is RedisServerException { Message: var message } && message.StartsWith(Fenced, StringComparison.Ordinal);

    /// <summary>The answer of a Redis that was reached but cannot serve yet (LOADING, ...); null for any other failure.</summary>
    public static string? NotYet(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            if (e is RedisNotYetException known)
                return known.Answer;
            if (e is RedisServerException && AnswerOf(e) is var answer && IsPassing(answer))
                return answer;
        }

        // A shard that became unreachable after it was reached. The driver's own messages are too technical for an operator.
        return failure switch
        {
            RedisConnectionException lost => $"no connection, {lost.FailureType}",
            RedisTimeoutException => "no answer in time",
            _ => null,
        };
    }

    /// <summary>Such an answer quoted in a line of the driver's log; null if there is none.</summary>
    public static string? PassingIn(string? line) =>
        line is not null && line.IndexOf(AnswerPrefix, StringComparison.Ordinal) is >= 0 and var at
        && line[(at + AnswerPrefix.Length)..] is var answer && IsPassing(answer) ? answer.Trim() : null;

    private static bool IsPassing(string answer) => Array.Exists(Passing, p => answer.StartsWith(p, StringComparison.Ordinal));

    private static string AnswerOf(Exception e) =>
        e.Message.StartsWith(AnswerPrefix, StringComparison.Ordinal) ? e.Message[AnswerPrefix.Length..] : e.Message;

    public static string Denied(string what) =>
        $"The Redis user lacks permissions that wsmq needs: {what}. Grant it the ACL rules in docs/operations.md.";

    /// <param name="call">The driver's call.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <param name="unavailable">Called before <c>store-unavailable</c> is thrown.</param>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken, Action? unavailable = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await call().WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // The driver cancels calls that it can no longer send; the caller would mistake that for its own cancellation.
            throw Unavailable(e, unavailable);
        }
        catch (Exception e) when (e is RedisTimeoutException or RedisConnectionException or ObjectDisposedException)
        {
            throw Unavailable(e, unavailable);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("OOM", StringComparison.Ordinal))
        {
            throw new WsmqException(WsmqErrors.StoreFull, innerException: e);
        }
        catch (RedisServerException e) when (IsDenied(e) || Array.Exists(Temporary, t => e.Message.StartsWith(t, StringComparison.Ordinal)))
        {
            throw Unavailable(e, unavailable);
        }
        catch (RedisServerException e) when (IsDamage(e.Message))
        {
            throw new WsmqException(WsmqErrors.StoreCorrupt, innerException: e);
        }
    }

    private static WsmqException Unavailable(Exception cause, Action? notify)
    {
        notify?.Invoke();
        return new WsmqException(WsmqErrors.StoreUnavailable, innerException: cause);
    }

    // Corrupt data: a key of the wrong type, or a value on which one of our scripts fails.
    private static bool IsDamage(string message) =>
        message.StartsWith("WRONGTYPE", StringComparison.Ordinal)
        || (message.StartsWith("ERR", StringComparison.Ordinal) && message.Contains("user_script", StringComparison.Ordinal));
}
