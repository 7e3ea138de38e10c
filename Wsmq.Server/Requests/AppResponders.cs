using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Lifecycle;

namespace Wsmq.Server.Requests;

/// <summary>
/// What the app itself answers on this node, for each address. It begins once the app has started, because handlers use its services.
/// </summary>
internal sealed class AppResponders(
    IEnumerable<AppRequestHandler> handlers, LocalResponders local, ResponderEntries entries, RequestAnswers answers,
    ILogger<AppResponders> logger, IHostApplicationLifetime? lifetime = null) : INodePart
{
    private readonly List<AppResponder> _responders = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var group in handlers.GroupBy(h => h.Address))
        {
            var options = new WsmqResponderOptions();
            foreach (var handler in group)
                handler.Configure?.Invoke(options);
            if (options.Concurrency is < 1 or > 10_000)
                throw new InvalidOperationException($"The Concurrency of the requests to '{group.Key}' is {options.Concurrency}: use 1 to 10,000.");
            if (group.GroupBy(h => h.Handler.Type).FirstOrDefault(same => same.Count() > 1) is { } twice)
                throw new InvalidOperationException($"OnRequest was called twice for '{twice.Key}' of '{group.Key}': a type has one handler.");
            _responders.Add(new AppResponder(group.Key, [.. group.Select(h => h.Handler)], options.Concurrency, local, answers, logger));
        }

        if (_responders.Count == 0)
            return Task.CompletedTask;
        if (lifetime is null)
            Begin();
        else
            lifetime.ApplicationStarted.Register(Begin);
        return Task.CompletedTask;
    }

    public Task StopAsync() => Task.WhenAll(_responders.Select(r => r.StopAsync()));

    private void Begin()
    {
        foreach (var responder in _responders)
        {
            responder.Begin();
            entries.Update(responder.Address);
        }
    }
}
