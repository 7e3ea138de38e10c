using Devices;
using Wsmq;

var builder = WebApplication.CreateBuilder(args);
var tokens = new DemoTokens();
builder.Services.AddAuthentication().AddJwtBearer(options => options.TokenValidationParameters = tokens.Validation);
builder.Services.AddAuthorizationBuilder().AddPolicy(DemoTokens.Operator, policy => policy.RequireRole(DemoTokens.Operator));
builder.Services.AddSingleton<Commands>();
builder.Services.AddSingleton<Telemetry>();
builder.Services.AddSingleton<IWsmqAuthorizer, DeviceAuthorizer>();
builder.Services.AddWsmq(o =>
    {
        o.Presence.IsEnabled = true;
        o.Presence.Grace = builder.Configuration.GetValue("Devices:Grace", o.Presence.Grace);

        // What waits for a device that is away for months. Its newest configuration stays beyond that, and is then delivered first.
        o.Retention.User.MaxCount = builder.Configuration.GetValue("Devices:MaxWaiting", 100);
    })
    .AddWorker<Reading, ReadingHandler>(Telemetry.Queue.Name);

var app = builder.Build();
app.MapWsmq("/wsmq");
app.MapDevices();

// A real app verifies the key of the device, or the password of the operator, here.
app.MapPost("/tokens/devices/{id}", (string id) => tokens.Issue(id, DemoTokens.Device));
app.MapPost("/tokens/operators/{name}", (string name) => tokens.Issue(name, DemoTokens.Operator));
app.Run();
