var UserMail = LoginUser.Get('userprincipalname'); var URN = UserMail.split("@")[1]; setAttribute('IssuerName', 'URN:' + URN);
