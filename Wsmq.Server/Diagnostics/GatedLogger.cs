using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Wsmq.Server.Diagnostics;

/// <summary>Passes lines at Information and above through the <see cref="LogGate"/>.</summary>
/// <param name="inner">The app's logger.</param>
/// <param name="gate">Shared by all loggers of a node.</param>
/// <param name="category">Null for the events of <see cref="Log"/>, whose ids are unique; otherwise the category of the events.</param>
internal class GatedLogger(ILogger inner, LogGate gate, string? category = null) : ILogger
{
    // Stops of the node and outages of the store are logged each time: no client can cause them. Unknown fields are logged in
    // Development only, each once.
    private static readonly FrozenSet<int> Ungated = FrozenSet.ToFrozenSet([60, 61, 62, 63, StoreBack, UnknownField]);

    private const int StoreBack = 64;
    private const int UnknownField = 220;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!inner.IsEnabled(logLevel))
            return;
        if (category is null && eventId.Id == StoreBack)
        {
            // The counts of the outage are logged when it ends, not at the end of the minute.
            gate.Flush();
        }

        if (logLevel < LogLevel.Information || (category is null && Ungated.Contains(eventId.Id)))
            inner.Log(logLevel, eventId, state, exception, formatter);
        else
            gate.Write(inner, category, logLevel, eventId, state, exception, formatter);
    }
}

/// <inheritdoc/>
internal sealed class GatedLogger<T>(ILoggerFactory loggers, LogGate gate) : GatedLogger(loggers.CreateLogger<T>(), gate), ILogger<T>;

/// <summary>Replaces the app's loggers with gated ones, for single classes of this library.</summary>
internal static class GatedLoggerServices
{
    /// <summary>Registers a gated logger as <c>ILogger&lt;T&gt;</c>.</summary>
    public static IServiceCollection AddGatedLogger<T>(this IServiceCollection services) =>
        services.AddSingleton<ILogger<T>, GatedLogger<T>>();
}
