using Microsoft.Extensions.Options;
using RsmqBridge;

var builder = WebApplication.CreateBuilder(args);
var wsmq = builder.Configuration.GetSection("Wsmq");
var redis = wsmq["Redis"] ?? throw new InvalidOperationException("Set Wsmq:Redis to the Redis of your wsmq nodes, as host:port.");

// A node without a hub: it stores messages, and the other nodes deliver them.
var node = builder.Services.AddWsmq(wsmq.GetSection("Options").Bind).UseRedis(redis);

// As the ready host reads them: who may use a queue matters only where clients connect.
foreach (var queue in wsmq.GetSection("Queues").GetChildren())
    node.AddQueue(queue.Key, queue.Bind);

builder.Services.AddOptions<BridgeOptions>()
    .Bind(builder.Configuration.GetSection("Bridge"), o => o.ErrorOnUnknownConfiguration = true).ValidateOnStart();
builder.Services.AddSingleton<IValidateOptions<BridgeOptions>, BridgeOptionsValidation>();
builder.Services.AddSingleton<Routes>();
builder.Services.AddSingleton<BatchPublisher>();

// After wsmq, and so stopped before it: what the bridge has taken is still stored.
builder.Services.AddHostedService<Bridge>();

var app = builder.Build();
app.MapHealthChecks("/health");
app.Run();
