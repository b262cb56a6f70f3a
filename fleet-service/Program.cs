// The way in; what the service consists of stands in FleetServiceApp.
EdgeFleet.Service.Gateway.InlineSockets.Prefer();
return await EdgeFleet.Service.FleetServiceApp.RunAsync(args);
